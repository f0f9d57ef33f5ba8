# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# When the applier has stopped for the cut, a transaction comes that the replica applies, but that
# waits for its acknowledgement on the primary. The cut must not be before it.
trap 'let_commits; let_cut' EXIT
await_cut || exit
hold_commits
twin "INSERT INTO {T} VALUES (500000, 1, 'held')" &
transaction=$!
on_replica() { [[ $(sql replica test -e "SELECT 1 FROM t WHERE id = 500000") == 1 ]]; }
await on_replica || exit
let_cut
await_wrong_cut
let_commits
wait "$transaction"
