# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Critical, but not for as long as would end the run: the copy waits and goes on.
await status_says "State: throttled, throttle-flag-file: " || exit
open_session
for ((i = 0; i < 40; ++i)); do in_session "PREPARE s$i FROM 'SELECT 1'" || exit; done
await said 'throttle holds source="load" effect=hold_copy reason="critical-load Prepared_stmt_count=40' || exit
rm "$LOG/throttle"
await status_says "State: throttled, load: critical-load Prepared_stmt_count=40, limit 40; the run ends if this lasts 60000 ms" || exit
sleep 1
status_says "Copy: 0/" || { echo "the copy did not wait"; exit 1; }
for ((i = 0; i < 40; ++i)); do in_session "DEALLOCATE PREPARE s$i" || exit; done
await said 'throttle released source="load"'
