# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# After the migration: was it right? Sourced by localtests/run.

verify() {
    check_for_hang
    # There replication is stopped at first.
    ! has on_replica || verify_on_replica
    # A difference is looked for only when the replica has all of it.
    await_replica || problem "the replica does not follow: $(replica_error)"
    if has expect_failure; then
        verify_refusal
    elif has rebuild; then
        verify_rebuild
    elif has no_execute; then
        verify_preview
    elif has on_replica; then
        verify_primary_untouched
    else
        verify_success
    fi
    check_load
    check_percent
    check_sanitizers
}

check_for_hang() {
    case $WISP_STATUS in
        124) problem "wisp did not end within $WISP_TIMEOUT seconds" ;;
        13[0-9]) problem "wisp died of signal $((WISP_STATUS - 128))" ;;
    esac
}

replica_error() {
    # If it cannot even be asked, the client's words are the answer.
    sql replica -e "SHOW $(replica_word) STATUS" 2>&1 | tr '\t' '\n' | sed -n '/error/Ip' | head -n 1
}

# ---- it must have failed, with the text, and with nothing changed ----------------------------

verify_refusal() {
    local line file
    ((WISP_STATUS != 0)) || problem "wisp succeeded, but this must be refused"
    ! has exit_code || ((WISP_STATUS == $(case_text exit_code))) ||
        problem "wisp ended with $WISP_STATUS, expected: $(case_text exit_code)"
    file=$(case_file expect_failure)
    while IFS= read -r line; do
        [[ -z $line ]] || grep -qiF -- "$line" "$LOG/wisp.log" ||
            problem "wisp's output does not say: $line"
    done <"$file"
    run_sql primary expected_change.sql
    if ! has expected_change.sql && [[ $(definition) != "$ORIGINAL" ]]; then
        problem "the table's definition has changed"
    fi
    if is_table; then compare "primary:$TABLE" "primary:$ORACLE" --ignore-definition; fi
    has leftovers || check_leftovers ''
    ! has rebuild || verify_rebuild_refused
}

# ---- only a preview: nothing may have changed, nothing be left -------------------------------

verify_preview() {
    ((WISP_STATUS == 0)) || problem "wisp failed with exit status $WISP_STATUS"
    [[ $(definition) == "$ORIGINAL" ]] || problem "the table's definition has changed"
    compare "primary:$TABLE" "primary:$ORACLE"
    compare "primary:$TABLE" "replica:$TABLE"
    check_leftovers "$(case_text old_table)"
    check_log
}

# ---- it must have succeeded, and equal the server's own ALTER --------------------------------

verify_success() {
    if ((WISP_STATUS != 0)); then
        problem "wisp failed with exit status $WISP_STATUS"
        return
    fi
    check_leftovers "$(expected_old_tables)"
    native_alter || return
    if has expect_difference; then
        expect_difference
        return
    fi
    compare "primary:$TABLE" "primary:$ORACLE"
    compare "primary:$TABLE" "replica:$TABLE"
    check_counter
    check_triggers
    check_no_rows
    check_log
}

native_alter() {
    local alter
    alter=$(case_text native_alter "$(case_text alter)")
    [[ -n $alter ]] || return 0
    sql primary test -e "ALTER TABLE t_oracle $alter" >>"$LOG/sql.log" 2>&1 && return
    problem "the server's own ALTER failed: $(tail -n 1 "$LOG/sql.log")"
    return 1
}

# compare LEFT RIGHT [OPTION...]
compare() {
    local left=$1 right=$2 name
    local -a options=()
    shift 2
    while IFS= read -r name; do
        [[ -z $name ]] || options+=(--ignore-column "$name")
    done < <(case_text ignore_columns)
    "$build/wisp-compare" --env "$ENV_FILE" --database test --left "$left" --right "$right" \
        "${options[@]}" "$@" >"$LOG/compare.log" 2>&1 && return
    problem "$left and $right differ:" "$(cut -c 1-300 "$LOG/compare.log")"
    return 1
}

# A rule of correctness is switched off: the rows that this loses must differ, as told in the file.
expect_difference() {
    local line
    "$build/wisp-compare" --env "$ENV_FILE" --database test --left "primary:$TABLE" \
        --right "primary:$ORACLE" >"$LOG/compare.log" 2>&1
    grep -q ' differences; ' "$LOG/compare.log" || problem "no row was lost, though it was expected"
    while IFS= read -r line; do
        grep -qF -- "$line" "$LOG/compare.log" ||
            problem "expected '$line', but found: $(head -n 1 "$LOG/compare.log")"
    done < <(case_text expect_difference)
}

mismatches() { jq .mismatches.count "$LOG/load.json"; }

expected_old_tables() {
    local extra
    extra=" $(case_text extra_args) "
    if [[ $extra == *--ok-to-drop-table* || $extra == *--timestamp-old-table* ]]; then
        [[ $extra == *--ok-to-drop-table* ]] || echo '_%_del'
    else
        case_text old_table "_${TABLE}_del"
    fi
}

# check_leftovers NAME: besides the tables of the case, only NAME may be there, and must be.
check_leftovers() {
    local found
    found=$(sql primary -e "SELECT table_name FROM information_schema.tables
        WHERE table_schema = 'test' AND table_name LIKE '\\_%' ORDER BY 1")
    # shellcheck disable=SC2053 # the expected name may be a pattern
    [[ $found == ${1//%/*} ]] || problem "left behind: '${found//$'\n'/ }', expected: '$1'"
}

# AUTO_INCREMENT does not go back to before the migration. (Ids given out and deleted again in the
# last moment before the swap may be given out once more: docs/limits.md.)
check_counter() {
    local least after
    least=$(case_text auto_increment)
    [[ -n $least ]] || return 0
    after=$(counter "$TABLE")
    ((${after:-0} >= least)) ||
        problem "AUTO_INCREMENT is '$after', expected at least $least"
}

counter() {
    sql primary test -e "SHOW CREATE TABLE $(quoted "$1")" |
        sed -n 's/.* AUTO_INCREMENT=\([0-9]*\).*/\1/p'
}

# Triggers are on the new table as they were on the old one, but for their names.
check_triggers() {
    local role found names
    has trigger_names || return 0
    names=$(cut -f 1 <<<"$TRIGGERS" | sed "$(case_text trigger_names)")
    for role in $(roles); do
        found=$(triggers "$role")
        [[ $found == "$(paste <(echo "$names") <(cut -f 2- <<<"$TRIGGERS"))" ]] ||
            problem "other triggers on the $role:" "$found" "they were:" "$TRIGGERS"
    done
}

# What no_rows.sql asks for must not be there.
check_no_rows() {
    local found
    has no_rows.sql || return 0
    found=$(sql primary test <"$(case_file no_rows.sql)" 2>&1)
    [[ -z $found ]] || problem "no_rows.sql finds: $(head -n 3 <<<"$found")"
}

# Lines of expect_log must be in the output of a run that succeeds.
check_log() {
    local line
    while IFS= read -r line; do
        [[ -z $line ]] || grep -qiF -- "$line" "$LOG/wisp.log" ||
            problem "wisp's output does not say: $line"
    done < <(case_text expect_log)
}

# ---- what the load saw -----------------------------------------------------------------------

check_load() {
    local code count least=10
    [[ -s $LOG/load.json ]] || { has load && problem "the load left no report"; return; }
    if (($(mismatches) > 0)) && ! has allow_mismatch; then
        problem "table and oracle did not do the same: $(jq -c .mismatches "$LOG/load.json")"
    fi
    has expect_failure && least=1 # where wisp refuses at once, the load has hardly begun
    (($(jq .committed "$LOG/load.json") >= least)) || problem "the load did next to nothing"
    # No such table, not locked, no longer reachable: an application must never see these.
    for code in 1146 1099 1100 2006 2013; do
        count=$(jq ".failed[\"$code\"].count // 0" "$LOG/load.json")
        ((count == 0)) || problem "the load saw error $code: $(jq -c ".failed[\"$code\"]" "$LOG/load.json")"
    done
}

check_sanitizers() {
    local line
    line=$(grep -m 1 -E 'Sanitizer|runtime error:' "$LOG/wisp.log") && problem "$line"
    return 0
}

# Whatever a run has said, at no time was more than all of it done.
check_percent() {
    local most
    most=$(grep -ao 'Copy: [0-9]*/[0-9]* [0-9.]*%' "$LOG/wisp.log" | sed 's/.* //; s/%//' | sort -g | tail -n 1)
    awk -v most="${most:-0}" 'BEGIN { exit most > 100 }' || problem "$most % were copied"
}

# ---- after all -------------------------------------------------------------------------------

# after.sql undoes before.sql, whatever happened between.
clean_up() {
    local file role status=0
    for role in $(roles); do
        file=after.sql
        [[ $role == primary ]] || file=after_replica.sql
        file=$(case_file $file) || continue
        sql "$role" <"$file" >>"$LOG/sql.log" 2>&1 || status=1
    done
    return $status
}
