# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# All is copied, the swap waits; the checkpoint goes on with the replay.
await said "cut-over is postponed" && await_checkpoint "finished_ranges=1 " || exit
kill_wisp
await said "took over" && await said "copied rows=" || exit
rm "$LOG/postpone"
