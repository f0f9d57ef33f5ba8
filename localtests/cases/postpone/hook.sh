# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
wait_for_copy
sleep 3
# Until now nothing has been swapped.
[[ -z $(sql primary test -e "SHOW COLUMNS FROM t LIKE 'extra'") ]] || exit 1
rm "$LOG/postpone"
