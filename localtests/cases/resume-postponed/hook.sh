# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# All is copied, the swap waits; the checkpoint goes on with the replay.
await said "cut-over is postponed" && await_checkpoint "finished_ranges=1 " || exit
kill_wisp
copied() { (($(grep -c "copied rows=" "$LOG/wisp.log") == $1)); }
await copied 2 || exit
rm "$LOG/postpone"
