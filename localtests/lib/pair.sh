# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The pair of servers a worker runs its cases on: started when first needed, stopped at the end.
# Sourced by localtests/run. Variables: PAIR is its instance id, ENV_FILE says how to connect, and
# WISP_* are the values of that file.

# use_pair SERVER [ARG...]: brings up PAIR, with mysqld arguments ARG; "primary ARG" is for
# one of the two. Exit 3: cannot be had here.
use_pair() {
    local server=$1 arg
    local -a options=()
    shift
    for arg; do
        case $arg in
            primary\ * | replica\ *) options+=("--${arg%% *}-arg" "${arg#* }") ;;
            *) options+=(--arg "$arg") ;;
        esac
    done
    ! has single || options+=(--single)
    if ! "$SERVERS" env "$PAIR" >/dev/null 2>&1; then
        # A server must not keep our output open, or a pipe behind us never ends.
        "$SERVERS" start "$server" --instance "$PAIR" "${options[@]}" >"$LOG/servers.log" 2>&1 ||
            return
    fi
    connect_to_pair
}

connect_to_pair() {
    ENV_FILE=$("$SERVERS" env "$PAIR") || return 1
    set -a
    # shellcheck source=/dev/null
    . "$ENV_FILE"
    set +a
    [[ $(sql primary -e "SHOW DATABASES LIKE 'fixture'") == fixture ]] || make_fixture
}

# At the end, or in the middle of a case that has a pair of its own.
end_pair() {
    rm -f "$(command_socket)"
    [[ $keep == yes ]] || "$SERVERS" stop "${PAIR%-own}" "${PAIR%-own}-own" "${PAIR%-own}-own-further" "${PAIR%-own}-own-further2" \
        >/dev/null 2>&1
}

# After a failed case: whatever it left behind (locks, globals, a broken replica) is gone.
renew_pair() {
    "$SERVERS" stop "$PAIR" "$PAIR-further" "$PAIR-further2" >/dev/null 2>&1
}

# sql ROLE [client arguments]: the command line client; results without headings.
sql() {
    local role=${1^^} socket host port
    shift
    local -n at_socket=WISP_${role}_SOCKET at_host=WISP_${role}_HOST at_port=WISP_${role}_PORT
    socket=${at_socket:-} host=$at_host port=$at_port
    local -a where=(-h "$host" -P "$port")
    [[ -z $socket ]] || where=(-S "$socket")
    MYSQL_PWD=$WISP_PASSWORD "$WISP_CLIENT" --no-defaults "${where[@]}" -u "$WISP_USER" \
        --default-character-set=utf8mb4 --batch --skip-column-names --raw "$@"
}

# fixture.numbers(n): 0 to 131071, what most create.sql fill their table from.
make_fixture() {
    sql primary <<'END'
CREATE DATABASE fixture;
CREATE TABLE fixture.bits (b INT NOT NULL);
INSERT INTO fixture.bits VALUES (0), (1);
CREATE TABLE fixture.numbers (n INT NOT NULL PRIMARY KEY);
INSERT INTO fixture.numbers
SELECT a.b + 2*b.b + 4*c.b + 8*d.b + 16*e.b + 32*f.b + 64*g.b + 128*h.b + 256*i.b + 512*j.b
     + 1024*k.b + 2048*l.b + 4096*m.b + 8192*n.b + 16384*o.b + 32768*p.b + 65536*q.b
  FROM fixture.bits a, fixture.bits b, fixture.bits c, fixture.bits d, fixture.bits e,
       fixture.bits f, fixture.bits g, fixture.bits h, fixture.bits i, fixture.bits j,
       fixture.bits k, fixture.bits l, fixture.bits m, fixture.bits n, fixture.bits o,
       fixture.bits p, fixture.bits q;
END
}

roles() {
    echo primary
    has single || echo replica
}

# What it is called in statements: SLAVE or REPLICA.
replica_word() { if [[ $WISP_VERSION == 5.6.* ]]; then echo SLAVE; else echo REPLICA; fi; }

# Waits until the replica has everything the primary has; fails after a minute.
await_replica() {
    local position answer source=primary
    ! has single || return 0
    if [[ $WISP_FLAVOR == mariadb ]]; then
        position=$(sql primary -e "SELECT @@GLOBAL.gtid_binlog_pos")
        answer=$(sql replica -e "SELECT MASTER_GTID_WAIT('$position', 60)")
    elif [[ $WISP_VERSION == 5.6.* ]]; then
        position=$(sql primary -e "SELECT @@GLOBAL.gtid_executed")
        answer=$(sql replica -e "SELECT WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS('$position', 60) < 0")
    elif [[ $(sql primary -e "SELECT @@GLOBAL.gtid_mode") == OFF ]]; then
        [[ -z ${WISP_SOURCE_HOST-} ]] || source=source # of a replica below another, rebuild.sh
        position=$(sql "$source" -e "SHOW BINARY LOG STATUS" | awk '{ printf "\x27%s\x27, %s", $1, $2 }')
        answer=$(sql replica -e "SELECT SOURCE_POS_WAIT($position, 60) < 0")
    else
        position=$(sql primary -e "SELECT @@GLOBAL.gtid_executed")
        answer=$(sql replica -e "SELECT WAIT_FOR_EXECUTED_GTID_SET('$position', 60)")
    fi
    [[ $answer == 0 ]]
}
