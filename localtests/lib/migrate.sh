# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The migration itself: wisp's arguments, the run, and runs that are killed. Sourced by
# localtests/run. Leaves WISP_STATUS, the exit status of the last run.

readonly WISP_TIMEOUT=120

command_socket() { echo "/tmp/wisp-$PAIR.sock"; }

wisp_arguments() {
    local role=PRIMARY user=$WISP_USER password=$WISP_PASSWORD
    has replica && role=REPLICA
    has login && read -r user password < <(case_text login)
    local -n host=WISP_${role}_HOST port=WISP_${role}_PORT
    arguments=(migrate "--host=$host" "--port=$port" "--user=$user" "--password=$password"
        --database=test "--table=$TABLE" --verbose)
    has no_execute || arguments+=(--execute)
    [[ $role == REPLICA ]] || has no_allow_on_master || arguments+=(--allow-on-master)
    ! has rebuild || rebuild_arguments
    # The default is named after the table alone, and cases run side by side.
    arguments+=("--serve-socket-file=$(command_socket)")
    # Nor is a file of everybody's to hold them.
    has rebuild || arguments+=("--throttle-additional-flag-file=$LOG/throttle.all")
    local extra=()
    eval "extra=($(case_text extra_args))"
    [[ " ${extra[*]} " == *" --chunk-size"* ]] || arguments+=(--chunk-size=250)
    has alter && arguments+=("--alter=$(case_text alter)")
    arguments+=("${extra[@]}")
}

# run_wisp [NAME=VALUE | --flag]...: one run with more environment or flags.
run_wisp() {
    local word
    local -a arguments environment=() terminal=()
    wisp_arguments
    has env && mapfile -t environment < <(case_text env | grep -v '^ *$')
    for word; do
        if [[ $word == --* ]]; then arguments+=("$word"); else environment+=("$word"); fi
    done
    printf '$ wisp %s\n' "${arguments[*]}" >>"$LOG/wisp.log"
    ! has terminal || terminal=("$HERE/lib/terminal" "$LOG/keys")
    env "${environment[@]}" timeout -k 5 "$WISP_TIMEOUT" "${terminal[@]}" "$wisp" "${arguments[@]}" \
        </dev/null >>"$LOG/wisp.log" 2>&1 &
    echo $! >"$LOG/wisp.pid"
    # The shell would report a killed child.
    wait $! 2>/dev/null
    WISP_STATUS=$?
    printf '(exit status %s)\n' "$WISP_STATUS" >>"$LOG/wisp.log"
}

migrate() {
    if has kill_at; then
        migrate_killed
    elif has script; then
        run_script
    else
        run_wisp
    fi
    # Writes that arrive after the end must go to the table that is there now.
    [[ -z $LOAD_PID ]] || sleep 0.3
}

# A script that runs wisp itself, by the name gh-ost.
run_script() {
    mkdir -p "$LOG/bin" "$LOG/work"
    ln -sf "$(realpath "$wisp")" "$LOG/bin/gh-ost"
    env PATH="$LOG/bin:$PATH" HOST="$WISP_PRIMARY_HOST" PORT="$WISP_PRIMARY_PORT" \
        DB_USER="$WISP_USER" DB_PASSWORD="$WISP_PASSWORD" CLIENT="$WISP_CLIENT" DATABASE=test \
        TABLE="$TABLE" WORK="$LOG/work" TCP_PORT=$((10000 + WISP_PRIMARY_PORT % 10000)) \
        timeout -k 5 $((3 * WISP_TIMEOUT)) "$(case_file script)" </dev/null >>"$LOG/wisp.log" 2>&1
    WISP_STATUS=$?
}

# Killed at a named point, checked, and run again to the end.
migrate_killed() {
    local point
    point=$(case_text kill_at)
    if [[ $point == random ]]; then
        run_wisp_killed_soon
    elif [[ $point == hook ]]; then
        run_wisp
        ((WISP_STATUS != 0)) || problem "hook.sh was to end wisp, and it has succeeded"
    else
        run_wisp "WISP_FAULT=$point:kill"
        ((WISP_STATUS == 137)) || problem "expected a death at $point, got exit status $WISP_STATUS"
    fi
    check_usable "after the kill at $point"
    run_between
    has resume_args || { run_wisp --initially-drop-ghost-table --initially-drop-old-table; return; }
    local more=()
    eval "more=($(case_text resume_args))"
    run_wisp "${more[@]}"
}

# between.sh is read when the killed run is dead, before the next one begins.
run_between() {
    local file
    file=$(case_file between.sh) || return 0
    # shellcheck source=/dev/null
    (trap - EXIT; . "$file") >>"$LOG/hook.log" 2>&1 && return
    problem "between.sh failed: $(tail -n 1 "$LOG/hook.log")"
}

# It may have ended before it is killed: that is a moment like any other.
run_wisp_killed_soon() {
    local milliseconds=$((RANDOM % 3000)) killer
    (
        sleep "$(printf '%d.%03d' $((milliseconds / 1000)) $((milliseconds % 1000)))"
        kill_wisp
    ) &
    killer=$!
    run_wisp
    wait "$killer"
    ((WISP_STATUS == 137 || WISP_STATUS == 0)) ||
        problem "exit status $WISP_STATUS of a wisp killed after $milliseconds ms"
}

# Nobody holds a lock on the table, and it can be read and written.
check_usable() {
    local when=$1 table
    table=$(quoted "$TABLE")
    sql primary test >>"$LOG/sql.log" 2>&1 <<END || problem "the table is not usable $when: $(tail -n 1 "$LOG/sql.log")"
SET SESSION lock_wait_timeout = 10, SESSION innodb_lock_wait_timeout = 10;
SELECT COUNT(*) FROM $table;
LOCK TABLES $table WRITE;
UNLOCK TABLES;
START TRANSACTION;
DELETE FROM $table LIMIT 1;
ROLLBACK;
END
    [[ $(definition) == "$ORIGINAL" ]] || has kill_after_swap ||
        problem "the table's definition is another one $when"
}
