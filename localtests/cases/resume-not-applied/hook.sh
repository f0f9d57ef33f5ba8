# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# All is copied. Replay is held, changes are delivered and wait; the checkpoint written now must stand
# before them (R12).
await said "cut-over is postponed" || exit
touch "$LOG/hold"
await said "/hold exists" || exit
sleep 1 # the batch in work ends
twin "DELETE FROM {T} WHERE id <= 20; UPDATE {T} SET a = 1 WHERE id BETWEEN 21 AND 40"
await_checkpoint && await_checkpoint || exit # when the second one began they were delivered
kill_wisp
await said "took over" && rm "$LOG/postpone"
