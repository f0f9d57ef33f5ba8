# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
wait_for_copy
sleep 1
sql primary test -e "START TRANSACTION; INSERT INTO t VALUES (900001, 5, 0); INSERT INTO t_oracle VALUES (900001, 5, 0); COMMIT"
sleep 1
rm "$LOG/postpone"
