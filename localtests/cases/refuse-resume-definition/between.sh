# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
sql primary test -e "ALTER TABLE t ADD KEY v (v); ALTER TABLE t_oracle ADD KEY v (v)"
