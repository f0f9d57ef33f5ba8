# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Row 3000 has a value that row 5 has: the new unique key holds it back. It is in no range that is
# copied again, so the checkpoint must not have passed it (R12).
await said "cut-over is postponed" || exit
twin "INSERT INTO {T} VALUES (3000, 5, 7)"
twin "UPDATE {T} SET a = 9 WHERE id = 2000"
await finds "SELECT 1 FROM _t_gho WHERE id = 2000 AND a = 9" || exit
await_checkpoint && await_checkpoint || exit # the first may have begun before
kill_wisp
await said "took over" && rm "$LOG/postpone"
