# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The swap is about to begin when it is postponed once more.
postponed() { (($(grep -c 'cut-over is postponed while' "$LOG/wisp.log") == $1)); }
await postponed 1 || exit
rm "$LOG/postpone"
await postponed 2 || exit
[[ -z $(sql primary test -e "SHOW COLUMNS FROM t LIKE 'extra'") ]] || { echo "it was swapped"; exit 1; }
rm "$LOG/postpone"
