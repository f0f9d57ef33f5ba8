# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Killed while the upper one stands for the cut of the lower one.
add_replica_below || return
drift "UPDATE t SET a = -1 WHERE id % 100 = 3" || return
on_further drift "UPDATE t SET a = -1 WHERE id % 100 = 4"
