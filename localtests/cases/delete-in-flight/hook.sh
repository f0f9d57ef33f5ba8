# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The copier has opened its view of a chunk and stands still while it writes it, in a trigger that
# waits for us. Meanwhile rows further on in the chunk are deleted, and the deletes are applied.
trap let_copy EXIT

# write_and_await A SQL: one transaction, and until wisp has applied it: row 10000 gets A in it.
write_and_await() {
    twin "$2; UPDATE {T} SET a = $1 WHERE id = 10000" &&
        await finds "SELECT 1 FROM _t_gho WHERE id = 10000 AND a = $1"
}

stop_chunk || exit
write_and_await 1 "DELETE FROM {T} WHERE id BETWEEN 501 AND 550" || exit
# Rows that are inserted again must stay.
write_and_await 2 "INSERT INTO {T} SELECT n, 7 FROM fixture.numbers WHERE n BETWEEN 501 AND 510" || exit
! finds "SELECT 1 FROM _t_gho WHERE id = 1" || { echo "the chunk is written already"; exit 1; }
let_chunk
