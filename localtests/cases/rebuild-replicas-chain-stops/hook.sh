# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
trap 'rm -f "$LOG/postpone"' EXIT
broken() { [[ $(replica_field Last_SQL_Errno) == 1032 ]]; }
await said "cut-over is postponed" || exit
sql replica -e "STOP REPLICA SQL_THREAD" || exit
drift "DELETE FROM t" || exit
sql replica -e "START REPLICA SQL_THREAD" || exit
await broken || exit
rm "$LOG/postpone"
await migration_ended || exit
sql replica -e "SET GLOBAL replica_exec_mode = IDEMPOTENT; START REPLICA SQL_THREAD"
