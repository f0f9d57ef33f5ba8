# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The server that is inspected, a replica, falls behind and comes back. Its own binlog stands still
# meanwhile, so the ways that need it are proved before.
trap let_copy EXIT
await status_says "State: throttled, throttle-flag-file: " || exit
hold_copy
await lag_above 4 || exit # more than it has by itself on a busy machine
await holds "lag 127.0.0.1:$WISP_REPLICA_PORT" || exit
rm "$LOG/throttle"
await status_says "State: throttled, lag 127.0.0.1:$WISP_REPLICA_PORT: lag " || exit
sleep 1
status_says "Copy: 0/" || { echo "the copy did not wait"; exit 1; }
let_copy
await said "throttle released source=\"lag 127.0.0.1:$WISP_REPLICA_PORT\""
