# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
kill_stream() {
    local id
    id=$(sql primary -e "SELECT id FROM information_schema.processlist
                          WHERE user = 'limited' AND command LIKE 'Binlog Dump%' LIMIT 1")
    [[ -n $id ]] || return 0 # not back yet
    sql primary -e "KILL $id" || true # it may be gone meanwhile; expect_log shows that one was killed
}
wait_for_copy
for _ in 1 2 3 4; do
    kill_stream
    sleep 0.5
done
rm "$LOG/postpone"
