# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# An operator at the live view. The flag file holds the run from its first moment.
press() { printf %s "$1" >>"$LOG/keys"; }
await said 't throttle   u unthrottle   p postpone   c cut over   ? help   Ctrl-C end' || exit
press t
await said 'throttle holds source="command"' || exit
rm "$LOG/throttle"
press c
await said 'cut over: the cut-over is not being postponed' || exit
press '?'
await said 'copy and replay wait' || exit
press u
await said 'throttle released source="command"' || exit
await said 'cut-over is postponed while' || exit
press p
await said 'command verb=postpone-cut-over-flag-file' || exit
press c
all_done() { (($(grep -a -c 'command verb=' "$LOG/wisp.log") == 5)); }
await all_done
