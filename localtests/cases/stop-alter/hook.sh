# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
wait_for_copy
sql primary test -e "ALTER TABLE t ADD COLUMN z INT; ALTER TABLE t_oracle ADD COLUMN z INT"
