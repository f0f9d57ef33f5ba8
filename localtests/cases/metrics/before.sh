# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034 # extra_args and hook.sh use it
METRICS_PORT=$((10000 + WISP_PRIMARY_PORT % 10000)) PROMETHEUS_PORT=$((10000 + WISP_REPLICA_PORT % 10000))
touch "$LOG/postpone"
if ! prometheus=$("$ROOT/script/prometheus"); then
    echo "${prometheus:-prometheus cannot be had}" >"$LOG/skip"
    rm "$LOG/postpone"
fi
