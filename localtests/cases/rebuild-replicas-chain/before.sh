# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The second is a replica of the first, and named before it.
add_replica_below || return
drift "UPDATE t SET a = -1 WHERE id % 100 = 3" || return
on_further drift "UPDATE t SET a = -1 WHERE id % 100 = 4; INSERT INTO t VALUES (1000000, 1, 'extra')"
