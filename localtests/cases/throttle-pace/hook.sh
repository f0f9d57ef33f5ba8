# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A number that is near its limit slows the copy, and does not stop it; at the limit it stands; far
# from it it has its full pace again.
copied() { grep -o 'Copy: [0-9]*' "$LOG/wisp.log" | tail -n 1; }
goes_on() { [[ $(copied) != "$1" ]]; }

open_session
for ((i = 0; i < 40; ++i)); do in_session "PREPARE s$i FROM 'SELECT 1'" || exit; done
await said 'throttle holds source="load" effect=hold_copy reason="max-load Prepared_stmt_count=40' || exit
rm "$LOG/throttle"
await status_says "Copy: 0/" || exit
in_session "DEALLOCATE PREPARE s0" || exit
await status_says "State: migrating at 6%" || exit
await status_says "pace, load: max-load Prepared_stmt_count=39, limit 40 (for " || exit
await goes_on "$(copied)" || exit
in_session "PREPARE s0 FROM 'SELECT 1'" || exit
await status_says "State: throttled, load: max-load Prepared_stmt_count=40, limit 40 (for " || exit
for ((i = 0; i < 40; ++i)); do in_session "DEALLOCATE PREPARE s$i" || exit; done
