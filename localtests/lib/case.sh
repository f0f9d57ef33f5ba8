# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# One case from start to verdict. Sourced by localtests/run. Variables: CASE is the folder, LOG the
# folder of its logs, TABLE and ORACLE the tables in the schema `test`, SEED of the random numbers.

# case_file NAME: path of the case's file of that name; NAME.SERVER and NAME.FLAVOR come first.
case_file() {
    local suffix
    for suffix in ".$SERVER" ".$WISP_FLAVOR" ''; do
        [[ ! -e $CASE/$1$suffix ]] || { echo "$CASE/$1$suffix"; return; }
    done
    return 1
}

has() { case_file "$1" >/dev/null; }

# case_text NAME [DEFAULT]: what the file says.
case_text() {
    local file
    if file=$(case_file "$1"); then cat "$file"; else printf '%s' "${2:-}"; fi
}

# problem TEXT...: the case has failed, for this reason.
problem() { printf '%s\n' "$*" >>"$LOG/problems"; }

verdict() {
    echo "$1" >"$LOG/verdict"
    echo "${2:-}" >"$LOG/reason"
}

# background COMMAND...: runs until the case is over.
background() {
    "$@" >>"$LOG/background.log" 2>&1 &
    BACKGROUND+=($!)
}

stop_background() {
    ((${#BACKGROUND[@]} == 0)) || kill "${BACKGROUND[@]}" 2>/dev/null
    BACKGROUND=()
}

# run_case SERVER NAME SEED: leaves $LOG/verdict.
run_case() {
    SERVER=$1 CASE=$(case_folder "$2") SEED=$3
    local shared=$PAIR flavor
    # In a subshell, so that nothing of one case is seen by the next one.
    flavor=mysql
    [[ $SERVER != mariadb* ]] || flavor=mariadb
    if ! allowed_on "$SERVER" "$flavor"; then
        verdict SKIPPED "not meant for this server"
        return
    fi
    local -a own=()
    WISP_FLAVOR=$flavor
    # A case with server arguments, or without a replica, gets servers of its own.
    if has server_args; then
        mapfile -t own < <(case_text server_args | grep -v '^ *$')
        PAIR=$PAIR-own
    fi
    if ! use_pair "$SERVER" "${own[@]}"; then
        no_servers
    else
        (execute_case)
        conclude
    fi
    ((${#own[@]} == 0)) || renew_pair
    PAIR=$shared
}

# The file `servers` lists server names and flavors. Without it: the two default servers' kinds.
allowed_on() {
    local word
    [[ -e $CASE/servers ]] || return 0
    for word in $(<"$CASE/servers"); do
        [[ $word != "$1" && $word != "$2" ]] || return 0
    done
    return 1
}

no_servers() {
    local reason
    if reason=$(grep -m 1 '^UNAVAILABLE' "$LOG/servers.log"); then
        verdict SKIPPED "$reason"
    else
        problem "the servers did not start: $(tail -n 1 "$LOG/servers.log")"
        verdict FAILED
    fi
}

conclude() {
    if [[ -e $LOG/problems ]]; then
        keep_server_logs
        verdict FAILED "$(head -n 1 "$LOG/problems")"
        renew_pair
    elif [[ -e $LOG/skip ]]; then
        verdict SKIPPED "$(<"$LOG/skip")"
    else
        verdict ok
    fi
}

# The pair is thrown away after a failure. A server that crashed is no fault of wisp's: say so first.
keep_server_logs() {
    local role
    for role in $(roles); do
        tail -n 200 "$WISP_INSTANCE_DIR/$role/log" >"$LOG/$role.log" 2>/dev/null
        ! grep -q 'got signal' "$LOG/$role.log" || sed -i "1i the $role crashed, see $role.log" "$LOG/problems"
    done
    ! has_further || on_further eval 'tail -n 200 "$(dirname "$WISP_REPLICA_SOCKET")/log"' >"$LOG/further.log" 2>&1
}

execute_case() {
    if is_gh_ost_folder; then
        execute_gh_ost_folder
        return
    fi
    BACKGROUND=()
    trap 'stop_hook; stop_load; clean_up; stop_background' EXIT
    TABLE=$(case_text table t) ORACLE=t_oracle
    prepare || return
    start_load || return
    start_hook
    migrate
    stop_hook
    stop_load
    verify
    # If something is still broken, the next case must not find it.
    clean_up || problem "after.sql failed"
    stop_background
    trap - EXIT
}
