# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Its SQL thread does not run when the point is to be handed down, so another cut is made when it does.
trap 'rm -f "$LOG/postpone" "$LOG/first"; sql replica -e "START REPLICA"' EXIT
postponed_again() { (($(grep -cF "cut-over is postponed" "$LOG/wisp.log") > 1)); }
await said "cut-over is postponed" || exit
rm "$LOG/postpone"
await test -e "$LOG/first" || exit
touch "$LOG/postpone"
rm "$LOG/first"
await postponed_again || exit
sql replica -e "STOP REPLICA SQL_THREAD" || exit
rm "$LOG/postpone"
await said "does not replicate (no error)"
