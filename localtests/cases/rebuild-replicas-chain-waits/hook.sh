# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
trap 'rm -f "$LOG/postpone" "$LOG/first"; sql replica -e "START REPLICA"' EXIT
between_cuts sql replica -e "STOP REPLICA IO_THREAD" || exit
await said "does not replicate ("
