# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Each has drifted in its own way.
add_replica || return
drift "UPDATE t SET a = -1 WHERE id % 100 = 3; DELETE FROM t WHERE id % 100 = 4" || return
on_further drift "UPDATE t SET v = 'drifted' WHERE id % 100 = 4; INSERT INTO t VALUES (1000000, 1, 'extra')" || return
touch "$LOG/postpone"
