# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Before the migration: tables, oracle table, load, hook. Sourced by localtests/run.

quoted() { printf '`%s`' "${1//\`/\`\`}"; }

# literal TEXT: as a string literal of SQL.
literal() {
    local text=${1//\\/\\\\}
    printf "'%s'" "${text//\'/\'\'}"
}

# run_sql ROLE NAME: the case's file NAME, in the schema test.
run_sql() {
    local file
    file=$(case_file "$2") || return 0
    sql "$1" test <"$file" >>"$LOG/sql.log" 2>&1 && return
    problem "$2 failed: $(tail -n 1 "$LOG/sql.log")"
    return 1
}

prepare() {
    fresh_schema || return
    set_sql_mode || return
    run_sql primary before.sql || return
    run_sql replica before_replica.sql || return
    run_sql primary create.sql || return
    ORIGINAL=$(definition)
    ! has trigger_names || TRIGGERS=$(triggers primary)
    is_table || return 0
    make_oracle || { problem "no oracle table: $(tail -n 1 "$LOG/sql.log")"; return 1; }
    await_replica || { problem "the replica does not follow"; return 1; }
    run_before_sh
}

# before.sh is read by this shell: it may start things with `background`.
run_before_sh() {
    local file
    file=$(case_file before.sh) || return 0
    # shellcheck source=/dev/null
    . "$file" >>"$LOG/hook.log" 2>&1 && return
    problem "before.sh failed: $(tail -n 1 "$LOG/hook.log")"
    return 1
}

fresh_schema() {
    sql primary -e "DROP DATABASE IF EXISTS test;
        CREATE DATABASE test CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci" \
        >"$LOG/sql.log" 2>&1 && return
    problem "no fresh schema: $(<"$LOG/sql.log")"
    return 1
}

# On both servers, for applications, for the server's own ALTER, and for wisp to cope with.
set_sql_mode() {
    local mode=DEFAULT role
    has sql_mode && mode=$(literal "$(case_text sql_mode)")
    for role in $(roles); do
        sql "$role" -e "SET GLOBAL sql_mode = $mode, GLOBAL time_zone = DEFAULT" || return
    done
}

is_table() {
    [[ $(sql primary -e "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'test'
        AND table_type = 'BASE TABLE' AND table_name = $(literal "$TABLE")") == 1 ]]
}

# The table as the server describes it, but for the counter, which writes move.
definition() {
    sql primary test -e "SHOW CREATE TABLE $(quoted "$TABLE")" 2>&1 | sed 's/ AUTO_INCREMENT=[0-9]*//'
}

# triggers ROLE: the table's, one a line, in the order in which they fire.
triggers() {
    sql "$1" -e "SELECT trigger_name, event_manipulation, action_timing, action_order,
            REPLACE(action_statement, '\n', ' '), definer, sql_mode, character_set_client,
            collation_connection, database_collation
        FROM information_schema.triggers
        WHERE event_object_schema = 'test' AND event_object_table = $(literal "$TABLE")
        ORDER BY 2, 3, 4"
}

# A copy of the table that the same writes go to and that is never migrated.
make_oracle() {
    local table columns
    table=$(quoted "$TABLE")
    columns=$(sql primary <<END
SET SESSION group_concat_max_len = 100000;
SELECT GROUP_CONCAT('\`', REPLACE(column_name, '\`', '\`\`'), '\`' ORDER BY ordinal_position)
  FROM information_schema.columns
 WHERE table_schema = 'test' AND table_name = $(literal "$TABLE")
   AND extra NOT LIKE '%VIRTUAL%' AND extra NOT LIKE '%STORED%' AND extra NOT LIKE '%PERSISTENT%';
END
    )
    sql primary test >>"$LOG/sql.log" 2>&1 <<END
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
CREATE TABLE t_oracle LIKE $table;
INSERT INTO t_oracle ($columns) SELECT $columns FROM $table;
END
}

# ---- what runs beside the migration ----------------------------------------------------------

start_load() {
    LOAD_PID=
    local file
    local -a arguments=(--threads 4 --rate 300)
    file=$(case_file load) || return 0
    has load_args && eval "arguments=($(case_text load_args))"
    "$build/wisp-load" --env "$ENV_FILE" --database test --table "$TABLE" --oracle "$ORACLE" \
        --load "$file" --seed "$SEED" --until-file "$LOG/stop-load" --report "$LOG/load.json" \
        "${arguments[@]}" >"$LOG/load.err" 2>&1 &
    LOAD_PID=$!
    sleep 0.2
    kill -0 "$LOAD_PID" 2>/dev/null && return
    problem "the load did not start: $(<"$LOG/load.err")"
    return 1
}

stop_load() {
    local pid=${LOAD_PID:-}
    [[ -n $pid ]] || return 0
    LOAD_PID=
    touch "$LOG/stop-load"
    wait_for_end "$pid" 60 || { problem "the load did not end"; return; }
    wait "$pid" || problem "the load failed: $(tail -n 1 "$LOG/load.err")"
}

# hook.sh is read in a subshell: it has sql, the helpers of hook_help.sh and all variables.
start_hook() {
    HOOK_PID=
    local file
    file=$(case_file hook.sh) || return 0
    # shellcheck source=/dev/null
    (trap - EXIT; . "$file") >>"$LOG/hook.log" 2>&1 &
    HOOK_PID=$!
}

# A hook may run until it is told to end; one that ends by itself must succeed.
stop_hook() {
    local pid=${HOOK_PID:-} status
    [[ -n $pid ]] || return 0
    HOOK_PID=
    touch "$LOG/migration-ended"
    wait_for_end "$pid" 30 || kill "$pid" 2>/dev/null
    wait "$pid"
    status=$?
    ((status == 0)) || problem "hook.sh failed: $(tail -n 1 "$LOG/hook.log")"
}

# wait_for_end PID SECONDS
wait_for_end() {
    local tries=0
    while kill -0 "$1" 2>/dev/null; do
        ((++tries <= $2 * 20)) || return 1
        sleep 0.05
    done
}
