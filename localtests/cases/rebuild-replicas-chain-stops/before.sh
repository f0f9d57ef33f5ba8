# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The first breaks in the middle of the run. What it passed over would never come down to the second.
add_replica_below || return
# What the first lacks it does not tell the second either, which is then to go on all the same.
on_further sql replica -e "SET GLOBAL replica_exec_mode = IDEMPOTENT" || return
on_further drift "UPDATE t SET a = -1 WHERE id % 100 = 4" || return
touch "$LOG/postpone"
