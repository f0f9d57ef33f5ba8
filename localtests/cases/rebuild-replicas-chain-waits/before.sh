# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Between the two cuts the first stops to replicate for a while, so the second does not come to its cut.
add_replica_below || return
drift "UPDATE t SET a = -1 WHERE id % 100 = 3" || return
on_further drift "UPDATE t SET a = -1 WHERE id % 100 = 4" || return
hold_cuts
