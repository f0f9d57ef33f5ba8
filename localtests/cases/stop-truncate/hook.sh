# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
wait_for_copy
sql primary test -e "TRUNCATE TABLE t; TRUNCATE TABLE t_oracle"
