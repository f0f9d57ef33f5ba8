# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Each is a replica of the one before. Where all goes by positions, the lowest one's is handed down twice.
add_replica_below || return
add_replica_lowest || return
drift "UPDATE t SET a = -1 WHERE id % 100 = 3" || return
on_further drift "UPDATE t SET a = -1 WHERE id % 100 = 4; INSERT INTO t VALUES (1000000, 1, 'extra')"
