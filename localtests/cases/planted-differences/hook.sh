# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Somebody writes to the ghost table while rows are still copied: one row changed by a bit, one gone,
# one too many.
await finds "SELECT 1 FROM _t_gho WHERE id = 2000" || exit
sql primary test -e "UPDATE _t_gho SET a = a ^ 1 WHERE id = 17; DELETE FROM _t_gho WHERE id = 19;
    INSERT INTO _t_gho (id, a, v) VALUES (-5, 1, 'nobody wrote this');"
