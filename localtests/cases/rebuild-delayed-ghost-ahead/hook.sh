# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A transaction is in the ghost, but not on the replica, which stands still, and it waits for its
# acknowledgement on the primary. The cut must not be before it.
trap 'let_commits; rm -f "$LOG/postpone"' EXIT
await said "cut-over is postponed" || exit
hold_copy
hold_commits
twin "INSERT INTO {T} VALUES (500000, 1, 'held')" &
transaction=$!
in_ghost() { [[ $(sql replica test -e "SELECT 1 FROM _t_gho WHERE id = 500000") == 1 ]]; }
await in_ghost || exit
rm -f "$LOG/postpone"
await_wrong_cut
let_commits
wait "$transaction"
