# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034 # extra_args and hook.sh use them
HTTP_PORT=$((10000 + WISP_PRIMARY_PORT % 10000)) RELAY_PORT=$((10000 + WISP_REPLICA_PORT % 10000))
sql primary test -e "CREATE TABLE hold (x INT)"
echo 200 >"$LOG/http-status"
touch "$LOG/throttle"
