# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
sql primary test -e "DROP TRIGGER t_seen"
