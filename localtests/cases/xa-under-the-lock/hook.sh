# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# An XA transaction is prepared, and its client goes: it holds no metadata lock, and its XA COMMIT
# needs none. So it must be noticed before the end of what is drained is marked: committed after that,
# in the window that wisp would stand in here, its rows would stay in the old table.
await said "cut-over is postponed" || exit
sql primary test -e "XA START 'scene'; UPDATE t SET a = 5 WHERE id <= 20;
    UPDATE t_oracle SET a = 5 WHERE id <= 20; XA END 'scene'; XA PREPARE 'scene'" || exit
rm "$LOG/postpone"
noticed() { said "an XA transaction is prepared" || [[ -e $LOG/drained ]]; }
await noticed || exit
sql primary -e "XA COMMIT 'scene'" || exit
until migration_ended; do
    rm -f "$LOG/drained"
    sleep 0.1
done
