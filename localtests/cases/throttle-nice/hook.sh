# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A hundred seconds of rest after each second of copying; then none.
# Beside it an endpoint that gives no answer, which holds nothing, and whose password is not told.
await status_says "State: migrating at 1% pace, nice-ratio" || exit
(($(ctl status-json | jq .rows_copied) < 30000)) || { echo "it did not rest"; exit 1; }
ctl nice-ratio=0
