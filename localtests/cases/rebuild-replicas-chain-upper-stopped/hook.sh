# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Its SQL thread does not run when the point is to be handed down, so another cut is made when it does.
trap 'rm -f "$LOG/postpone" "$LOG/first"; sql replica -e "START REPLICA"' EXIT
between_cuts sql replica -e "STOP REPLICA SQL_THREAD" || exit
await said "does not replicate (no error)"
