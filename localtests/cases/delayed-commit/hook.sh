# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A transaction stands in the binary log, and wisp has applied it to the ghost, but it waits for the
# replica's acknowledgement: no SELECT shows it. Only now these rows are copied.
trap 'let_commits; let_copy' EXIT
await said "copying table=" || exit
# Without a heartbeat the lag would not be known, and the copy held.
await finds "SELECT 1 FROM _t_ghc WHERE hint = 'heartbeat'" || exit
hold_commits
twin "DELETE FROM {T} WHERE id BETWEEN 1 AND 100;
      UPDATE {T} SET id = id + 50000 WHERE id BETWEEN 101 AND 200;
      UPDATE {T} SET a = 1 WHERE id = 10000" &
transaction=$!
await finds_uncommitted "SELECT 1 FROM _t_gho WHERE id = 10000 AND a = 1" || exit
let_copy
# With R2 the copier now waits for its fence, without it for the commit of a chunk it has read.
copier_waits() {
    finds "SELECT 1 FROM information_schema.processlist
            WHERE id <> CONNECTION_ID() AND info LIKE 'INSERT INTO %_t_ghc%fence%'" ||
        finds_uncommitted "SELECT 1 FROM _t_gho WHERE id = 900"
}
await copier_waits || exit
finds "SELECT 1 FROM t WHERE id <= 200 HAVING COUNT(*) = 200" || { echo "it is visible"; exit 1; }
let_commits
wait "$transaction"
