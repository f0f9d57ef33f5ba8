# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The first is delayed on purpose, so it is cut last, some seconds after the other, where the table is
# missing and passed over until then.
add_replica || return
set_delay 4 || return
drift "UPDATE t SET a = -1 WHERE id % 100 = 3" || return
on_further drift "DROP TABLE t"
