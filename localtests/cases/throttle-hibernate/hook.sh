# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Critical for a moment: everything stands for a while, then goes on. The run does not end.
await status_says "State: throttled, throttle-flag-file: " || exit
open_session
for ((i = 0; i < 40; ++i)); do in_session "PREPARE s$i FROM 'SELECT 1'" || exit; done
await said 'throttle holds source="load" effect=hold_all reason="critical-load Prepared_stmt_count=40' || exit
for ((i = 0; i < 40; ++i)); do in_session "DEALLOCATE PREPARE s$i" || exit; done
rm "$LOG/throttle"
await status_says "State: throttled, load: critical-load Prepared_stmt_count=40, limit 40; hibernating for " || exit
status_says "Copy: 0/" || { echo "the copy did not wait"; exit 1; }
await said 'throttle released source="load"'
