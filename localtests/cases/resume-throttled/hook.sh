# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copy and replay are held; checkpoints are written all the same, and say no more than is done.
wait_for_copy
touch "$LOG/hold"
await_checkpoint && await_checkpoint || exit
kill_wisp
