# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
rm "$LOG/hold"
sql primary test -e "DELETE FROM _t_gho ORDER BY id DESC LIMIT 200"
