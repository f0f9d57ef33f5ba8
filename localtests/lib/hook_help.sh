# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What a case's hook.sh may call, besides sql. Sourced by localtests/run.

# Waits until the migration has begun to copy: it says so, and the ghost table has rows, which before
# that come from the replay. Fails if it never does.
wait_for_copy() {
    local ghost=_${TABLE}_gho
    until said "copying table=" && [[ $(sql primary test -e "SELECT 1 FROM $(quoted "$ghost") LIMIT 1" 2>/dev/null) == 1 ]]; do
        ! migration_ended || return 1
        sleep 0.02
    done
}

# await COMMAND...: until it succeeds. Fails after 50 s, or when the migration has ended without it.
await() {
    local limit=$((SECONDS + 50))
    until "$@"; do
        if migration_ended || ((SECONDS > limit)); then
            "$@" && return
            echo "waited in vain: $*"
            return 1
        fi
        sleep 0.02
    done
}

# said TEXT: wisp has said it.
said() { grep -qsF -- "$1" "$LOG/wisp.log"; }

# await_checkpoint [TEXT]: until one more is written, with the text in its line.
await_checkpoint() {
    local count
    count=$(checkpoints "${1:-}")
    await more_checkpoints "$count" "${1:-}"
}
checkpoints() { grep -cE "checkpoint position=.*${1:-}" "$LOG/wisp.log"; }
more_checkpoints() { (($(checkpoints "$2") > $1)); }

# status_says TEXT: the last status line has it.
status_says() { grep -s 'State: ' "$LOG/wisp.log" | tail -n 1 | grep -qF -- "$1"; }

# holds SOURCE: it holds the migration, as far as wisp has said.
holds() { grep -sF "source=\"$1\"" "$LOG/wisp.log" | tail -n 1 | grep -qF "throttle holds "; }

# lag_above SECONDS: so far behind is the inspected server, as the last status line has it.
lag_above() {
    local lag
    lag=$(grep -s 'State: ' "$LOG/wisp.log" | tail -n 1 | sed -nE 's/.* Lag: ([0-9]+)\.[0-9]+s.*/\1/p')
    ((${lag:-0} >= $1))
}

# finds QUERY: it has a result on the primary.
finds() { [[ -n $(sql primary test -e "$1" 2>/dev/null) ]]; }

# finds_uncommitted QUERY: it has one if what is not committed counts as well.
finds_uncommitted() { finds "SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; $1"; }

# twin SQL: one transaction, on the table and on the oracle; {T} in the SQL is either of them.
twin() {
    sql primary test -e "START TRANSACTION; ${1//\{T\}/$(quoted "$TABLE")};
        ${1//\{T\}/$(quoted "$ORACLE")}; COMMIT"
}

# ctl COMMAND...: says commands to the migration and prints its replies.
ctl() { "$wisp" ctl "$(command_socket)" "$@"; }

# told COMMAND TEXT: the reply to the command has the text in it.
told() { [[ $(ctl "$1" 2>&1) == *"$2"* ]]; }

# write_hook NAME: a hook of wisp's in $LOG/hooks, its text from stdin.
write_hook() {
    mkdir -p "$LOG/hooks"
    { echo '#!/usr/bin/env bash'; cat; } >"$LOG/hooks/$1"
    chmod +x "$LOG/hooks/$1"
}

# open_session: a connection that stays open until the hook ends, or in_session SQL ends its
# transaction. in_session returns when the SQL is done.
open_session() {
    coproc SESSION { sql primary test --unbuffered; }
}

in_session() {
    local line
    echo "$1; SELECT 'done';" >&"${SESSION[1]}" || return
    while IFS= read -r -t 30 -u "${SESSION[0]}" line; do
        [[ $line != done ]] || return 0
    done
    echo "the session did not do: $1"
    return 1
}

migration_ended() { [[ -e $LOG/migration-ended ]]; }

# repeat_until_end SECONDS COMMAND...: as long as the migration runs.
repeat_until_end() {
    local pause=$1
    shift
    until migration_ended; do
        "$@"
        sleep "$pause"
    done
}

# signal_wisp NAME: as an operator does. To wisp itself: `timeout` hands a signal on twice, and the
# second one ends wisp at once if it comes late.
signal_wisp() {
    local child
    for child in $(ps -o pid= --ppid "$(<"$LOG/wisp.pid")"); do
        kill -s "$1" "$child"
    done
}

# As `kill -9` by an operator, or a machine that loses power.
kill_wisp() {
    local timeout child
    [[ -s $LOG/wisp.pid ]] || return 0
    timeout=$(<"$LOG/wisp.pid")
    for child in $(ps -o pid= --ppid "$timeout"); do
        kill -9 "$child" 2>/dev/null
    done
    return 0
}

# stop_chunk: lets the copy begin, and a chunk of it stands still before it writes row 500 of t, in a
# trigger on the ghost that waits for open_session's session. After hold_copy.
stop_chunk() {
    await said "copying table=" || return
    open_session
    in_session "DO GET_LOCK('scene', 0)" || return
    sql primary test -e "CREATE TRIGGER scene BEFORE INSERT ON _t_gho FOR EACH ROW
        SET @scene = IF(NEW.id = 500, GET_LOCK('scene', 100), 0)" || return
    let_copy
    await finds_uncommitted "SELECT 1 FROM _t_gho WHERE id = 499"
}

# let_chunk: it goes on.
let_chunk() { in_session "DO RELEASE_LOCK('scene')"; }

# delay_commits MILLISECONDS: from now on each transaction stands in the binary log for this long,
# and is delivered to whoever reads it, before its rows are visible. The replica becomes a semi-sync
# one whose acknowledgements go through a proxy that holds them back. Needs servers of its own.
delay_commits() {
    local port=$((10000 + WISP_PRIMARY_PORT % 10000)) word=source statement=REPLICA
    background "$HERE/lib/delay_proxy" "$port" 127.0.0.1 "$WISP_PRIMARY_PORT" "$1" "$LOG/hold-commits"
    if [[ $WISP_FLAVOR == mariadb ]]; then
        word=master statement=SLAVE
    else
        sql primary -e "INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'" || return
        sql replica -e "INSTALL PLUGIN rpl_semi_sync_replica SONAME 'semisync_replica.so'" || return
    fi
    # Nothing is committed until the replica is there: such a commit would wait for a minute.
    sql primary -e "SET GLOBAL rpl_semi_sync_${word}_wait_point = AFTER_SYNC,
                        GLOBAL rpl_semi_sync_${word}_timeout = 60000,
                        GLOBAL rpl_semi_sync_${word}_enabled = ON" || return
    sql replica -e "SET GLOBAL rpl_semi_sync_${statement,,}_enabled = ON; STOP $statement;
        CHANGE $([[ $word == master ]] && echo MASTER || echo 'REPLICATION SOURCE') TO ${word}_port = $port;
        START $statement" || return
    await_semi_sync_replica "$word"
}

await_semi_sync_replica() {
    local tries=0
    until [[ $(sql primary -e "SHOW STATUS LIKE 'rpl_semi_sync_$1_clients'") == *1 ]]; do
        ((++tries < 150)) || { echo "the semi-sync replica does not come"; return 1; }
        sleep 0.2
    done
}

# hold_commits, let_commits: between them a transaction stands in the binary log and is delivered,
# but not visible, and its COMMIT does not return. After delay_commits.
hold_commits() { touch "$LOG/hold-commits"; }
let_commits() { rm -f "$LOG/hold-commits"; }

# hold_copy, let_copy: between them wisp replays but copies nothing, since a replica whose lag it
# watches stands still. Needs --throttle-control-replicas="127.0.0.1:$WISP_REPLICA_PORT".
hold_copy() { sql replica -e "STOP $(replica_word) SQL_THREAD"; }
let_copy() { sql replica -e "START $(replica_word) SQL_THREAD"; }
