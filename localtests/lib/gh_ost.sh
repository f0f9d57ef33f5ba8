# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A folder in the form of gh-ost's localtests, run as it is: its table is gh_ost_test, an event of the
# server writes to it, and what must be equal in the end is the table and the one it was made from.
# Sourced by localtests/run.

readonly GH_OST_TABLE=gh_ost_test

is_gh_ost_folder() { grep -qsw "$GH_OST_TABLE" "$CASE/create.sql"; }

execute_gh_ost_folder() {
    TABLE=$GH_OST_TABLE
    gh_ost_is_for_this_server || return
    trap 'clean_up_gh_ost' EXIT
    if prepare_gh_ost; then
        migrate_gh_ost
        verify_gh_ost
    fi
    clean_up_gh_ost || problem "destroy.sql failed: $(tail -n 1 "$LOG/sql.log")"
    trap - EXIT
}

gh_ost_is_for_this_server() {
    local versions
    if [[ -e $CASE/test.sh ]]; then
        echo "a folder with its own test.sh: what that may call is not published" >"$LOG/skip"
        return 1
    fi
    versions=$(case_text ignore_versions)
    [[ -n $versions ]] && grep -qE -- "$versions" <<<"$WISP_VERSION" || return 0
    echo "its ignore_versions has $WISP_VERSION" >"$LOG/skip"
    return 1
}

# The event begins to write with create.sql.
prepare_gh_ost() {
    fresh_schema && set_sql_mode && await_replica || { problem "the servers are not ready"; return 1; }
    EVENTS_BEFORE=$(sql primary -e "SELECT @@GLOBAL.event_scheduler")
    sql primary -e "SET GLOBAL event_scheduler = ON"
    run_sql primary create.sql || return
    ORIGINAL=$(definition)
}

# Rows are written while the copy waits, while it works, and while only replay does. The swap comes
# when the event has written its last.
migrate_gh_ost() {
    local extra=()
    eval "extra=($(case_text extra_args))"
    touch "$LOG/throttle" "$LOG/postpone"
    ln -sf "$(realpath "$wisp")" "$LOG/gh-ost"
    timeout -k 5 "$WISP_TIMEOUT" "$LOG/gh-ost" --host="$WISP_PRIMARY_HOST" --port="$WISP_PRIMARY_PORT" \
        --user="$WISP_USER" --password="$WISP_PASSWORD" --allow-on-master --assume-rbr \
        --database=test --table="$GH_OST_TABLE" --alter='engine=innodb' --exact-rowcount \
        --initially-drop-ghost-table --initially-drop-old-table --initially-drop-socket-file \
        --serve-socket-file="$(command_socket)" --throttle-flag-file="$LOG/throttle" \
        --postpone-cut-over-flag-file="$LOG/postpone" --default-retries=3 --chunk-size=10 \
        --verbose --execute "${extra[@]}" </dev/null >"$LOG/wisp.log" 2>&1 &
    local wisp_pid=$!
    if await_gh_ost "$wisp_pid" 'State: throttled'; then
        sleep 1.5
        rm "$LOG/throttle"
        await_gh_ost "$wisp_pid" 'cut-over is postponed' && sleep 2.5
    fi
    end_events
    rm -f "$LOG/throttle" "$LOG/postpone"
    wait "$wisp_pid"
    WISP_STATUS=$?
}

# await_gh_ost PID TEXT: until it has said so; fails if it ends before.
await_gh_ost() {
    until said "$2"; do
        kill -0 "$1" 2>/dev/null || return 1
        sleep 0.05
    done
}

# One that is at work is waited for: it would go on writing, to the new table only.
end_events() {
    sql primary -e "SET GLOBAL event_scheduler = OFF"
    local tries=0
    while [[ $(sql primary -e "SELECT COUNT(*) FROM information_schema.processlist
        WHERE command = 'Connect' AND user <> 'event_scheduler' AND db = 'test'") != 0 ]]; do
        ((++tries < 100)) || break
        sleep 0.05
    done
}

verify_gh_ost() {
    local expected
    check_for_hang
    await_replica || problem "the replica does not follow: $(replica_error)"
    check_percent
    check_sanitizers
    if has expect_failure; then
        ((WISP_STATUS != 0)) || problem "wisp succeeded, but this must fail"
        expected=$(case_text expect_failure)
        grep -qiF -- "$expected" "$LOG/wisp.log" || problem "wisp's output does not say: $expected"
        [[ $(definition) == "$ORIGINAL" ]] || problem "the table's definition has changed"
    elif ((WISP_STATUS != 0)); then
        problem "wisp failed with exit status $WISP_STATUS"
    else
        compare_gh_ost
    fi
}

compare_gh_ost() {
    local order role
    order=$(case_text order_by)
    [[ -z $order ]] || order="ORDER BY ${order#[Oo][Rr][Dd][Ee][Rr] [Bb][Yy] }"
    for role in $(roles); do
        rows_of "$role" "$(case_text orig_columns '*')" "_${GH_OST_TABLE}_del" "$order" >"$LOG/$role.original"
        rows_of "$role" "$(case_text ghost_columns '*')" "$GH_OST_TABLE" "$order" >"$LOG/$role.ghost"
        cmp -s "$LOG/$role.original" "$LOG/$role.ghost" ||
            problem "the tables differ on the $role:" "$(diff "$LOG/$role.original" "$LOG/$role.ghost" | head -n 4)"
    done
    [[ -s $LOG/primary.ghost ]] || problem "the table has no rows: nothing was shown"
}

# rows_of ROLE COLUMNS TABLE ORDER: without an order, in one that depends on the rows alone.
rows_of() {
    sql "$1" test -e "SELECT $2 FROM $3 $4" 2>>"$LOG/sql.log" |
        if [[ -n $4 ]]; then cat; else LC_ALL=C sort; fi
}

clean_up_gh_ost() {
    sql primary -e "SET GLOBAL event_scheduler = ${EVENTS_BEFORE:-DEFAULT}"
    sql primary test -e "DROP EVENT IF EXISTS $GH_OST_TABLE" >>"$LOG/sql.log" 2>&1
    [[ ! -e $CASE/destroy.sql ]] || sql primary test <"$CASE/destroy.sql" >>"$LOG/sql.log" 2>&1
}
