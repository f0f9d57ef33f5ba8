# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# All connections to the replica are lost, in the copy or in what comes after it; of two, to one and then
# to the other.
trap 'rm -f "$LOG/postpone"' EXIT
in_ghost() { [[ -n $(sql replica test -e "SELECT 1 FROM _t_gho LIMIT 1" 2>/dev/null) ]]; }
await in_ghost || exit
"$SERVERS" restart "$PAIR" replica || exit
await said "cut-over is postponed" || exit
restart_last_replica
