# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Each keeps the table's metadata lock for a while: some attempts at the cut-over must fail.
wait_for_copy
for _ in 1 2; do
    sql primary test -e "START TRANSACTION; SELECT COUNT(*) FROM t; DO SLEEP(5); COMMIT"
done
