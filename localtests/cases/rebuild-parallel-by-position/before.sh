# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The same without GTIDs: what was applied has gaps whenever the SQL thread stops.
drift "UPDATE t SET a = -1 WHERE id % 100 = 3; DELETE FROM t WHERE id % 100 = 4; INSERT INTO t VALUES (1000000, 1, 'extra')" || exit
go_by_position
