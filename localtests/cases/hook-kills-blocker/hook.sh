# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
open_session
in_session "SELECT GET_LOCK('blocker', 0)" || exit 1
sql primary -e "SELECT IS_USED_LOCK('blocker')" >"$LOG/blocker" || exit 1
in_session "START TRANSACTION; SELECT COUNT(*) FROM $(quoted "$TABLE") WHERE id < 5" || exit 1
await said 'cut-over is postponed' || exit 1
rm "$LOG/postpone"
await said 'killed the blocker'
