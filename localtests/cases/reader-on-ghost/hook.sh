# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
wait_for_copy
sql primary test -e "START TRANSACTION; SELECT COUNT(*) FROM _t_gho; DO SLEEP(6); COMMIT"
