# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Rows are prepared before the checkpoint and committed after wisp's death: it must not have passed
# them.
await said "cut-over is postponed" || exit
open_session
in_session "XA START 'scene'; UPDATE t SET a = 5 WHERE id <= 20; UPDATE t_oracle SET a = 5 WHERE id <= 20;
    XA END 'scene'; XA PREPARE 'scene'" || exit
twin "UPDATE {T} SET a = 9 WHERE id = 10000"
await finds "SELECT 1 FROM _t_gho WHERE id = 10000 AND a = 9" || exit
await_checkpoint || exit
kill_wisp
in_session "XA COMMIT 'scene'"
await said "took over" && rm "$LOG/postpone"
