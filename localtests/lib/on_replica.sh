# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Cases with a file `on_replica`: wisp works on the replica alone. "migrate": its table is altered in
# the end; "test": the ghost is, and replication stands still. Sourced by localtests/run.

verify_on_replica() {
    ((WISP_STATUS == 0)) || return # verify_primary_untouched says so
    case $(case_text on_replica) in
        migrate) verify_replica_migrated ;;
        test) verify_replica_tested ;;
    esac
    [[ $WISP_FLAVOR == mysql && $(sql replica -e "SELECT @@GLOBAL.gtid_mode") == OFF ]] || check_errant
}

check_errant() {
    local found
    found=$(errant_gtids)
    [[ -z $found ]] || problem "errant GTIDs on the replica: $found"
}

# alter_oracle: as the server itself does, on the replica alone.
alter_oracle() {
    drift "ALTER TABLE t_oracle $(case_text native_alter "$(case_text alter)")" && return
    problem "the server's own ALTER failed on the replica"
    return 1
}

# check_left NAMES: besides the tables of the case, the replica has these.
check_left() {
    local found
    found=$(sql replica -e "SELECT table_name FROM information_schema.tables
        WHERE table_schema = 'test' AND table_name LIKE '\\_%' ORDER BY 1")
    [[ ${found//$'\n'/ } == "$1" ]] || problem "left on the replica: '${found//$'\n'/ }', expected: '$1'"
}

verify_replica_migrated() {
    # Replication goes on into the new table.
    await_replica || { problem "the replica does not follow: $(replica_error)"; return; }
    alter_oracle || return
    compare "replica:$TABLE" replica:t_oracle
    # The checkpoint stays with the old table.
    local left="_${TABLE}_del"
    [[ " $(case_text extra_args) " != *" --checkpoint "* ]] || left+=" _${TABLE}_ghk"
    check_left "$left"
}

verify_replica_tested() {
    [[ $(replica_field _SQL_Running) == No ]] || problem "replication runs after a test"
    compare "replica:$TABLE" replica:t_oracle
    alter_oracle || return
    compare "replica:_${TABLE}_gho" replica:t_oracle
    check_left "_${TABLE}_gho"
    sql replica -e "START $(replica_word) SQL_THREAD"
}

verify_primary_untouched() {
    if ((WISP_STATUS != 0)); then
        problem "wisp failed with exit status $WISP_STATUS"
        return
    fi
    compare "primary:$TABLE" "primary:$ORACLE"
    [[ $(case_text on_replica) != test ]] || compare "primary:$TABLE" "replica:$TABLE"
    [[ $(definition) == "$ORIGINAL" ]] || problem "the definition on the primary has changed"
    check_leftovers ''
    check_log
}
