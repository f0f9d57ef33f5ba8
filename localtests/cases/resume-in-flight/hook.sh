# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A chunk stands still while it writes, in a trigger that waits for us; rows further on in it are
# deleted, and the deletes applied. A checkpoint is written, wisp dies, and its chunk commits after it
# with the deleted rows in it. So that checkpoint must not have passed the deletes (R12), nor count
# the chunk as finished, of which more is missing if it is rolled back (R11).
trap let_copy EXIT
stop_chunk || exit
twin "DELETE FROM {T} WHERE id BETWEEN 501 AND 550; UPDATE {T} SET a = 1 WHERE id = 10000" || exit
await finds "SELECT 1 FROM _t_gho WHERE id = 10000 AND a = 1" || exit
await_checkpoint && await_checkpoint || exit # the first may have begun before
kill_wisp
let_chunk || exit
