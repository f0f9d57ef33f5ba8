# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The second of two lanes stands still in the middle of a batch, in a trigger that waits for us.
# Rows that it has not written yet are written once more in the source: that is the next batch.
await said "cut-over is postponed" || exit
trap 'rm -f "$LOG/postpone"' EXIT
open_session
in_session "DO GET_LOCK('scene', 0)" || exit
sql primary test -e "CREATE TRIGGER scene BEFORE INSERT ON _t_gho FOR EACH ROW
    SET @scene = IF(NEW.id = 3000 AND NEW.a = 1, GET_LOCK('scene', 100), 0)" || exit
twin "UPDATE {T} SET a = 1 WHERE id <= 4000" || exit
await finds "SELECT 1 FROM information_schema.processlist WHERE state = 'User lock'" || exit
twin "UPDATE {T} SET a = 2 WHERE id BETWEEN 3500 AND 3509" || exit
too_early() { finds "SELECT 1 FROM _t_gho WHERE id = 3509 AND a = 2"; }
if has env; then # the rule is off: it must come
    await too_early || exit
else # as long as it took; the next batch has not begun
    for _ in {1..15}; do
        too_early && break
        sleep 0.05
    done
fi
in_session "DO RELEASE_LOCK('scene')" || exit
await finds "SELECT 1 FROM _t_gho WHERE id = 4000 AND a = 1" || exit
sql primary test -e "DROP TRIGGER scene"
