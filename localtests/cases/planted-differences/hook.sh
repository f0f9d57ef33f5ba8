# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Somebody writes to the ghost table when all is copied, before it is compared: one row changed by a
# bit, one gone, one too many.
trap 'rm -f "$LOG/copied"' EXIT
await test -e "$LOG/copied" || exit
sql primary test -e "UPDATE _t_gho SET a = a ^ 1 WHERE id = 17; DELETE FROM _t_gho WHERE id = 19;
    INSERT INTO _t_gho (id, a, v) VALUES (-5, 1, 'nobody wrote this');"
