# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The flag file holds the run from its first moment, the command goes on with that.
await told throttle 'Note:' || exit 1
await said 'throttle holds source="command"' || exit 1
rm "$LOG/hold"
await told sup 'State: throttled, command: commanded by user' || exit 1
told status-json '"commanded_throttle":true' || exit 1
told 'throttle=another' 'is for another' || exit 1
told 'no-throttle=another' 'is for another' || exit 1
told 'chunk-size=700' '# chunk-size: 700;' || exit 1
told 'max-lag-millis=2500' 'max-lag-millis: 2500ms' || exit 1
told 'max-load=Threads_running=5000' 'max-load: Threads_running=5000' || exit 1
told 'critical-load=Threads_running=9000' 'critical-load: Threads_running=9000' || exit 1
told 'dml-batch-size=100' 'dml-batch-size: 100' || exit 1
told inspector 'Host: 127.0.0.1:' || exit 1
told unpostpone 'not being postponed' || exit 1
# A limit that every server meets. It holds before the command lets go, so the copy cannot slip by.
told 'max-load=Uptime=0' 'max-load: Uptime=0' || exit 1
await said 'throttle holds source="load" effect=hold_copy reason="max-load Uptime=' || exit 1
ctl no-throttle || exit 1
await told sup 'State: throttled, load: ' || exit 1
told 'max-load=' 'max-load: ;' || exit 1
await told sup 'State: postponing cut-over' || exit 1
[[ $(ctl 'chunk-size=?') == 700 ]] || exit 1
told status '# postpone-cut-over-flag-file: '"$LOG"'/postpone [set]' || exit 1
ctl "postpone-cut-over-flag-file=$LOG/other" || exit 1
rm "$LOG/postpone"
# Another file holds it now.
told sup 'State: postponing cut-over' && [[ -e $LOG/other ]] || exit 1
told "cut-over=$TABLE" Unpostponed
