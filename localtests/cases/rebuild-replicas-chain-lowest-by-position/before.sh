# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The upper ones follow by GTIDs, the lowest one does not, though it writes them.
add_replica_below || return
add_replica_lowest || return
drift "UPDATE t SET a = -1 WHERE id % 100 = 3" || return
on_further drift "UPDATE t SET a = -1 WHERE id % 100 = 4; INSERT INTO t VALUES (1000000, 1, 'extra')" || return
on_pair_of "$LOG/further2.env" follow_by_position || return
sql replica -e "SET GLOBAL super_read_only = ON" || return
on_further sql replica -e "SET GLOBAL super_read_only = ON"
