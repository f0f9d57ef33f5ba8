# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Cases with a file `rebuild`: wisp makes the replica's table what the primary's is. Their before.sh
# makes the replica drift. Sourced by localtests/run.

rebuild_arguments() {
    arguments=(rebuild "--host=$WISP_PRIMARY_HOST" "--port=$WISP_PRIMARY_PORT" "--user=$WISP_USER"
        "--password=$WISP_PASSWORD" "--replica=$(all_replicas)"
        --database=test "--table=$TABLE")
    has no_execute || arguments+=(--execute)
}

# drift SQL: on the replica alone, and not in its binlog.
drift() { sql replica test -e "SET SESSION sql_log_bin = 0, SESSION foreign_key_checks = 0; $1"; }

verify_rebuild() {
    if ((WISP_STATUS != 0)); then
        problem "wisp failed with exit status $WISP_STATUS"
        return
    fi
    compare "primary:$TABLE" "primary:$ORACLE"
    check_leftovers ''
    check_log
    check_rebuilt old_table
    ! has_further || on_further verify_further
    ! has further_first || check_cut_order
}

verify_rebuild_refused() {
    check_replica leftovers ''
    ! has_further || on_further check_replica leftovers ''
}

verify_further() {
    await_replica || problem "the further replica does not follow"
    check_rebuilt further_old_table
}

# check_rebuilt FILE: the replica's table, and as check_replica.
check_rebuilt() {
    local -a options=()
    ! has other_definition || options+=(--ignore-definition)
    compare "primary:$TABLE" "replica:$TABLE" "${options[@]}"
    check_replica "$1"
}

# add_replica: one more replica of the primary, to be rebuilt with the other. Needs servers of its own.
add_replica() { add_replica_of "$WISP_PRIMARY_HOST" "$WISP_PRIMARY_PORT"; }

# add_replica_below: the same, a replica of the pair's replica.
add_replica_below() { add_replica_of "$WISP_REPLICA_HOST" "$WISP_REPLICA_PORT"; }

# add_replica_lowest: a second one, a replica of the first.
add_replica_lowest() { on_further add_replica_below; }

add_replica_of() { # HOST PORT
    local name=further id=3 env
    ! has_further || name=further2 id=4
    "$SERVERS" start "$SERVER" --instance "$PAIR-$name" --single --arg --server-id=$id \
        >>"$LOG/servers.log" 2>&1 || return
    env=$("$SERVERS" env "$PAIR-$name") || return
    {
        grep -v '^WISP_REPLICA_' "$ENV_FILE"
        sed -n 's/^WISP_PRIMARY_/WISP_REPLICA_/p' "$env"
        printf 'WISP_SOURCE_HOST=%s\nWISP_SOURCE_PORT=%s\n' "$@"
    } >"$LOG/$name.env"
    on_pair_of "$LOG/$name.env" follow "$@"
}

follow() { # HOST PORT
    local at="%s_host = '$1', %s_port = $2,
        %s_user = '$WISP_USER', %s_password = '$WISP_PASSWORD'"
    if [[ $WISP_FLAVOR == mariadb ]]; then
        sql replica -e "CHANGE MASTER TO ${at//%s/master}, master_use_gtid = slave_pos; START SLAVE"
    else
        sql replica -e "CHANGE REPLICATION SOURCE TO ${at//%s/source}, source_auto_position = 1,
            get_source_public_key = 1; START REPLICA"
    fi || return
    await_replica
}

# restart_last_replica: the one that add_replica added, if there is one.
restart_last_replica() {
    if has_further; then
        "$SERVERS" restart "$PAIR-further" primary
    else
        "$SERVERS" restart "$PAIR" replica
    fi
}

has_further() { [[ -e $LOG/further.env ]]; }

all_replicas() {
    local list=$WISP_REPLICA_HOST:$WISP_REPLICA_PORT further=''
    ! has_further || further=$(on_further eval 'echo "$WISP_REPLICA_HOST:$WISP_REPLICA_PORT"')
    ! has further_first || further=$(tac <<<"$further")
    further=${further//$'\n'/,}
    if has further_first; then list=$further,$list; else list+=${further:+,$further}; fi
    echo "$list"
}

# From the top down, though they were named the other way round; in the last run of the case.
check_cut_order() {
    local cut
    cut=$(awk '/^\$ / { cut = "" } match($0, /cutting replica=[^ ]*/) {
        one = substr($0, RSTART + 16, RLENGTH - 16)
        if (one != last || cut == "") cut = one (cut == "" ? "" : "," cut)
        last = one
    } END { print cut }' "$LOG/wisp.log")
    [[ $cut == "$(all_replicas)" ]] || problem "cut in the order (last first) $cut"
}

# on_further COMMAND...: with each further replica in turn as the replica of the pair.
on_further() {
    local env
    for env in "$LOG"/further*.env; do on_pair_of "$env" "$@" || return; done
}

on_pair_of() ( # ENV COMMAND...
    ENV_FILE=$1
    # shellcheck source=/dev/null
    . "$ENV_FILE"
    shift
    "$@"
)

# Replication runs, without a filter, and as writable as before; no errant GTID, nothing left but the
# old table. check_replica FILE [NAME]: the case's file that names it, or the name.
check_replica() {
    local found
    found=$(sql replica -e "SELECT table_name FROM information_schema.tables
        WHERE table_schema = 'test' AND table_name LIKE '\\_%' ORDER BY 1")
    [[ $found == "$(case_text "$1" "${2-_${TABLE}_drifted}")" ]] ||
        problem "left on the replica: '${found//$'\n'/ }'"
    [[ $(replica_field _SQL_Running) == Yes ]] || problem "the SQL thread of the replica does not run"
    [[ -z $(replica_field Replicate_Ignore_Table) ]] ||
        problem "the replica still ignores $(replica_field Replicate_Ignore_Table)"
    if has super_read_only; then
        [[ $(sql replica -e "SELECT @@GLOBAL.super_read_only") == 1 ]] ||
            problem "super_read_only is not ON again"
    fi
    if has replica_index; then
        sql replica test -e "SHOW CREATE TABLE $(quoted "$TABLE")" | grep -qF "$(case_text replica_index)" ||
            problem "the replica has lost an index of its own"
    fi
    found=$(errant_gtids)
    [[ -z $found ]] || problem "errant GTIDs on the replica: $found"
}

# replica_field END: the value of the first column of the replica's status whose name ends so.
replica_field() {
    local all
    all="SHOW $(replica_word) STATUS"
    [[ $WISP_FLAVOR != mariadb ]] || all="SHOW ALL SLAVES STATUS" # named connections as well
    MYSQL_PWD=$WISP_PASSWORD "$WISP_CLIENT" --no-defaults -h "$WISP_REPLICA_HOST" \
        -P "$WISP_REPLICA_PORT" -u "$WISP_USER" --batch --raw -e "$all" |
        awk -F '\t' -v end="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ end "$" && !at) at = i }
            NR == 2 { print $at }'
}

errant_gtids() {
    local primary replica
    if [[ $WISP_FLAVOR == mariadb ]]; then
        # Of another server than the primary.
        replica=$(sql replica -e "SELECT @@GLOBAL.gtid_binlog_state")
        primary=$(sql primary -e "SELECT @@GLOBAL.server_id")
        tr , '\n' <<<"$replica" | sed -E "/^([0-9]+-$primary-[0-9]+)?$/d"
        return
    fi
    replica=$(sql replica -e "SELECT @@GLOBAL.gtid_executed")
    sql primary -e "SELECT GTID_SUBTRACT('$replica', @@GLOBAL.gtid_executed)"
}

# set_delay SECONDS: the replica stays that far behind on purpose.
set_delay() {
    local change="CHANGE REPLICATION SOURCE TO SOURCE_DELAY = $1"
    [[ $WISP_FLAVOR != mariadb ]] || change="CHANGE MASTER TO MASTER_DELAY = $1"
    sql replica -e "STOP $(replica_word); $change; START $(replica_word)"
}

# go_by_position: no GTIDs on MySQL; MariaDB replicas that follow by file and position. Needs servers
# of its own.
go_by_position() {
    local mode
    follow_by_position || return
    ! has_further || on_further follow_by_position || return
    [[ $WISP_FLAVOR != mariadb ]] || return 0
    for mode in ON_PERMISSIVE OFF_PERMISSIVE OFF; do
        sql primary -e "SET GLOBAL gtid_mode = $mode" || return
        sql replica -e "SET GLOBAL gtid_mode = $mode" || return
        ! has_further || on_further sql replica -e "SET GLOBAL gtid_mode = $mode" || return
        sleep 0.2 # what the primary still writes with GTIDs must be through
    done
}

# The replica does, whatever the others do.
follow_by_position() {
    if [[ $WISP_FLAVOR == mariadb ]]; then
        sql replica -e "STOP SLAVE; CHANGE MASTER TO MASTER_USE_GTID = no; START SLAVE"
    else
        sql replica -e "STOP REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION = 0; START REPLICA"
    fi
}

# name_channel NAME: the replica goes on by a channel, or connection, of that name. Needs servers of
# its own.
name_channel() {
    local at="%s_host = '$WISP_PRIMARY_HOST', %s_port = $WISP_PRIMARY_PORT,
        %s_user = '$WISP_USER', %s_password = '$WISP_PASSWORD'"
    if [[ $WISP_FLAVOR == mariadb ]]; then
        sql replica -e "STOP SLAVE; RESET SLAVE ALL; CHANGE MASTER '$1' TO ${at//%s/master},
            master_use_gtid = slave_pos; START SLAVE '$1'"
    else
        sql replica -e "STOP REPLICA; RESET REPLICA ALL; CHANGE REPLICATION SOURCE TO ${at//%s/source},
            source_auto_position = 1, get_source_public_key = 1 FOR CHANNEL '$1'; START REPLICA"
    fi
}

# make_circle: the primary replicates from its replica as well. Needs servers of its own.
make_circle() {
    local at="%s_host = '$WISP_REPLICA_HOST', %s_port = $WISP_REPLICA_PORT,
        %s_user = '$WISP_USER', %s_password = '$WISP_PASSWORD'"
    if [[ $WISP_FLAVOR == mariadb ]]; then
        sql primary -e "SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_binlog_pos;
            CHANGE MASTER TO ${at//%s/master}, master_use_gtid = slave_pos; START SLAVE"
    else
        sql primary -e "CHANGE REPLICATION SOURCE TO ${at//%s/source}, source_auto_position = 1,
            get_source_public_key = 1; START REPLICA"
    fi
}

# delay_cut: wisp stands still in its first cut, when only its applier is stopped, until let_cut.
delay_cut() { export WISP_FAULT="rebuild.applier_stopped:wait:$LOG/cut"; }
await_cut() { await test -e "$LOG/cut"; }
let_cut() { rm -f "$LOG/cut"; }

# between_cuts COMMAND...: runs it when the first of two cuts is made and the second one is held, then lets
# that one go. For a hook; before.sh has called hold_cuts.
hold_cuts() {
    export WISP_FAULT="rebuild.started:wait:$LOG/first"
    touch "$LOG/postpone"
}
between_cuts() {
    await said "cut-over is postponed" || return
    rm "$LOG/postpone"
    await test -e "$LOG/first" || return
    touch "$LOG/postpone"
    rm "$LOG/first"
    await postponed_again || return
    "$@" || return
    rm "$LOG/postpone"
}
postponed_again() { (($(grep -cF "cut-over is postponed" "$LOG/wisp.log") > 1)); }

# The cut would be made soon if it did not wait for the commits; it is given some seconds to.
await_wrong_cut() {
    local tries=0
    until said " cut at=" || ((++tries > 100)); do sleep 0.05; done
}
