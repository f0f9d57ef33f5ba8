# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
wait_for_copy
sql replica -e "STOP REPLICA; DO SLEEP(1); START REPLICA"
sleep 1
rm "$LOG/postpone"
