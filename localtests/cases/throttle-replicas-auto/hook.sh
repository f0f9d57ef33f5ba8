# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The only replica is found by wisp itself. It stands still, and so has not even our changelog; then
# it does not receive any more, so that the primary no longer knows of it; then it follows again.
trap 'let_copy; sql replica -e "START $(replica_word) IO_THREAD"' EXIT
await status_says "State: throttled, lag 127.0.0.1:$WISP_REPLICA_PORT: " || exit
sql replica -e "STOP $(replica_word) IO_THREAD"
sleep 6 # longer than it takes to look for replicas again
status_says "State: throttled, lag 127.0.0.1:$WISP_REPLICA_PORT: " || exit
status_says "Copy: 0/" || { echo "the copy went on"; exit 1; }
