# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sessions that write the ghost are killed while large batches are replayed. A trigger of theirs
# makes them slow enough to be found.
trap 'rm -f "$LOG/hold" "$LOG/postpone"' EXIT

kill_lane() {
    local id
    id=$(sql primary -e "SELECT id FROM information_schema.processlist
                          WHERE user = 'limited' AND state = 'User sleep' LIMIT 1")
    [[ -n $id ]] && sql primary -e "KILL $id"
}

await said "cut-over is postponed" || exit
sql primary test -e "CREATE DEFINER = limited@'%' TRIGGER slow BEFORE INSERT ON _t_gho FOR EACH ROW
    SET @slow = IF(NEW.id MOD 200 = 0, SLEEP(0.2), 0)" || exit
for _ in 1 2 3; do
    touch "$LOG/hold"
    sleep 1.5
    rm "$LOG/hold"
    await kill_lane || exit
done
sql primary test -e "DROP TRIGGER slow"
