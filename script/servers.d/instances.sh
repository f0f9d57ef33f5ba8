# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Instances: a primary and its replica (or a primary alone) that live in one folder until they are
# thrown away. Sourced by script/servers.
#
#   <instance>/env                what tests and people need to connect
#   <instance>/<role>/args        the server's command line, one argument a line
#   <instance>/<role>/data        its data directory, copied from the software's template
#   <instance>/<role>/{pid,sock,log}

readonly ROLES=(primary replica)

# Servers listen below the range that the kernel takes for outgoing connections.
readonly FIRST_PORT=20000 LAST_PORT=29999
readonly PORTS_DIR=/tmp/wisp-$UID.ports

instance_dir() {
    [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] || die "'$1' cannot be an instance's name"
    printf '%s/%s\n' "$INSTANCES" "$1"
}

existing_instance() {
    local dir
    dir=$(instance_dir "$1")
    [[ -f $dir/env ]] || die "there is no instance '$1' (see: script/servers list)"
    printf '%s\n' "$dir"
}

# One command at a time per instance. The lock is let go when the script ends. 'stop' deletes the
# file, so what we waited for may by then be a file without a name: then once more.
lock_instance() {
    local file
    private_folder "$INSTANCES"
    file=$(lock_file "$1")
    until [[ $file -ef /dev/fd/9 ]]; do
        exec 9>"$file"
        flock 9
    done
}

lock_file() {
    printf '%s/.%s.lock\n' "$INSTANCES" "$1"
}

# A predictable name under /tmp may have been made by somebody else.
private_folder() {
    (umask 077 && mkdir -p "$1")
    [[ -O $1 ]] || die "$1 belongs to somebody else"
}

roles_of() {
    local role
    for role in "${ROLES[@]}"; do
        if [[ -d $1/$role ]]; then echo "$role"; fi
    done
}

env_value() {
    # shellcheck source=/dev/null
    (. "$1/env" && printf '%s\n' "${!2:-}")
}

is_external() {
    [[ $(env_value "$1" WISP_EXTERNAL) == 1 ]]
}

# ---- ports -----------------------------------------------------------------------------------

# reserve_port OWNER : a port that nobody listens on and that no other instance was promised. A
# promise is a file named after the port; it ends when the folder written in it is gone.
reserve_port() {
    local owner=$1 port tries=0
    private_folder "$PORTS_DIR"
    exec 8>"$PORTS_DIR/lock"
    flock 8
    port=$((FIRST_PORT + (RANDOM * 32768 + RANDOM) % (LAST_PORT - FIRST_PORT + 1)))
    while is_promised "$port" || is_listening "$port"; do
        ((++tries <= LAST_PORT - FIRST_PORT)) || die "no free port from $FIRST_PORT to $LAST_PORT"
        ((port < LAST_PORT)) && ((++port)) || port=$FIRST_PORT
    done
    printf '%s\n' "$owner" >"$PORTS_DIR/$port"
    exec 8>&-
    printf '%s\n' "$port"
}

is_promised() {
    [[ -f $PORTS_DIR/$1 && -d $(<"$PORTS_DIR/$1") ]]
}

is_listening() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# ---- one server ------------------------------------------------------------------------------

# prepare_role DIR ROLE FLAVOR VERSION TLS SOFTWARE ARG... : everything but the data.
prepare_role() {
    local dir=$1 role=$2 software=$6 home port
    home=$dir/$role
    mkdir -p "$home/tmp"
    # A longer path would be cut off in sockaddr_un.
    ((${#home} + 5 <= 107)) || die "the path of the socket, $home/sock, is too long: set WISP_INSTANCES"
    port=$(reserve_port "$home")
    printf '%s\n' "$port" >"$home/port"
    server_args "$role" "$home" "$port" "$3" "$4" "$5" "$software" >"$home/args"
    shift 6
    if (($#)); then printf '%s\n' "$@" >>"$home/args"; fi
}

server_args() {
    local role=$1 home=$2 port=$3 flavor=$4 version=$5 tls=$6 software=$7 server_id=1
    [[ $role == replica ]] && server_id=2
    ((EUID == 0)) && echo --user=root
    # A tmpdir of its own: a server that starts deletes every #sql* file there, also other servers'.
    printf '%s\n' "--datadir=$home/data" "--tmpdir=$home/tmp" "--socket=$home/sock" \
        "--pid-file=$home/mysqld.pid" \
        "--port=$port" --bind-address=127.0.0.1 --skip-name-resolve \
        "--report-host=127.0.0.1" "--report-port=$port" "--server-id=$server_id" \
        --log-bin=binlog --binlog-format=ROW --binlog-row-image=FULL --relay-log=relay \
        --sync-binlog=1 --innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=256M \
        --max-connections=300 --local-infile=1 --secure-file-priv=
    if [[ $tls == yes ]]; then
        printf '%s\n' "--ssl-ca=$software/tls/ca.pem" "--ssl-cert=$software/tls/server-cert.pem" \
            "--ssl-key=$software/tls/server-key.pem"
    fi
    if [[ $flavor == mariadb ]]; then
        echo --log-slave-updates=ON
    else
        mysql_args "$version"
    fi
}

mysql_args() {
    # The X plugin of two servers would fight for one port; old servers do not have it.
    printf '%s\n' --gtid-mode=ON --enforce-gtid-consistency=ON --loose-mysqlx=OFF
    if is_version_before "$1" 8.0.26; then
        echo --log-slave-updates=ON
    else
        # performance_schema costs half of the server's memory.
        printf '%s\n' --log-replica-updates=ON --performance-schema=OFF
    fi
}

is_version_before() {
    [[ $1 != "$2" && $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]
}

# Starts the server and comes back at once. It gets its own session, so that it outlives the
# terminal, and none of our locks.
launch() {
    local home=$1 software=$2
    local -a args
    mapfile -t args <"$home/args"
    [[ -d $home/data ]] || cp -a --sparse=always "$software/data" "$home/data"
    rm -f "$home/sock" "$home/sock.lock"
    (
        cd "$home" || exit
        setsid "$software/bin/mysqld" "${args[@]}" </dev/null >>"$home/log" 2>&1 7>&- 8>&- 9>&- &
        echo $! >"$home/pid"
    )
}

# A process id may have been given to another process since it was written down.
is_running() {
    local home=$1 pid
    [[ -s $home/pid ]] || return 1
    pid=$(<"$home/pid")
    grep -qzxF -e "--datadir=$home/data" "/proc/$pid/cmdline" 2>/dev/null
}

# For the moments after launch(), when the process may not have become the server yet.
has_ended() {
    local stat
    read -r stat 2>/dev/null <"/proc/$(<"$1/pid")/stat" || return 0
    [[ ${stat##*) } == Z* ]]
}

await_ready() {
    local home=$1 software=$2 deadline=$((SECONDS + START_TIMEOUT))
    until [[ -S $home/sock ]] && root_sql "$home" "$software" -e 'DO 0' >/dev/null 2>&1; do
        if ((SECONDS >= deadline)) || has_ended "$home"; then
            tail -n 15 "$home/log" >&2
            note "this server did not start: $home"
            return 1
        fi
        sleep 0.02
    done
}

root_sql() {
    local home=$1 software=$2
    shift 2
    "$software/bin/mysql" --no-defaults -uroot -S "$home/sock" "$@"
}

kill_server() {
    local home=$1
    is_running "$home" || return 0
    kill -KILL "$(<"$home/pid")" 2>/dev/null || true # may have ended meanwhile; await_gone tells
    await_gone "$home" 10
}

stop_server_cleanly() {
    local home=$1
    is_running "$home" || return 0
    kill -TERM "$(<"$home/pid")" 2>/dev/null || true # may have ended meanwhile; await_gone tells
    await_gone "$home" 120
}

await_gone() {
    local home=$1 deadline=$((SECONDS + $2))
    while is_running "$home"; do
        ((SECONDS < deadline)) || die "process $(<"$home/pid") of $home does not end"
        sleep 0.02
    done
}

# ---- a pair ----------------------------------------------------------------------------------

# Both servers start at once: the time is that of one.
bring_up() {
    local dir=$1 software=$2 flavor=$3 version=$4 role
    local -a copies=()
    for role in $(roles_of "$dir"); do
        launch "$dir/$role" "$software" &
        copies+=($!)
    done
    wait "${copies[@]}"
    for role in $(roles_of "$dir"); do
        await_ready "$dir/$role" "$software" || return 1
    done
    if [[ -d $dir/replica ]]; then
        connect_replica "$dir" "$software" "$flavor" "$version"
    fi
}

connect_replica() {
    local dir=$1 software=$2 flavor=$3 version=$4 port status deadline=$((SECONDS + START_TIMEOUT))
    port=$(<"$dir/primary/port")
    replication_sql "$flavor" "$version" "$port" | root_sql "$dir/replica" "$software" || return 1
    status=$(replica_status_statement "$flavor" "$version")
    # Two threads: one reads, one applies.
    until [[ $(root_sql "$dir/replica" "$software" --vertical -e "$status" |
        grep -cE '_(IO|SQL)_Running: Yes$') == 2 ]]; do
        if ((SECONDS >= deadline)); then
            root_sql "$dir/replica" "$software" --vertical -e "$status" | sed -n '/error/Ip' >&2
            note "the replica in $dir does not replicate"
            return 1
        fi
        sleep 0.03
    done
}

replication_sql() {
    local flavor=$1 version=$2 port=$3
    if [[ $flavor == mariadb ]]; then
        printf "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=%s, MASTER_USER='repl',
            MASTER_PASSWORD='repl', MASTER_USE_GTID=slave_pos, MASTER_SSL=0,
            MASTER_SSL_VERIFY_SERVER_CERT=0, MASTER_CONNECT_RETRY=1; START SLAVE;" "$port"
    elif is_version_before "$version" 8.0.23; then
        printf "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=%s, MASTER_USER='repl',
            MASTER_PASSWORD='repl', MASTER_AUTO_POSITION=1, MASTER_CONNECT_RETRY=1;
            START SLAVE;" "$port"
    else
        printf "CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=%s,
            SOURCE_USER='repl', SOURCE_PASSWORD='repl', SOURCE_AUTO_POSITION=1,
            GET_SOURCE_PUBLIC_KEY=1, SOURCE_CONNECT_RETRY=1; START REPLICA;" "$port"
    fi
}

replica_status_statement() {
    if [[ $1 == mysql ]] && ! is_version_before "$2" 8.0.22; then
        echo 'SHOW REPLICA STATUS'
    else
        echo 'SHOW SLAVE STATUS'
    fi
}

# write_env DIR ID SOFTWARE : plain NAME=value lines, for shells and for programs.
write_env() {
    local dir=$1 id=$2 software=$3 tls_ca='' NAME FLAVOR VERSION TLS
    # shellcheck source=/dev/null
    . "$software/info"
    [[ $TLS == no ]] || tls_ca=$software/tls/ca.pem
    {
        assign WISP_INSTANCE "$id"
        assign WISP_INSTANCE_DIR "$dir"
        assign WISP_EXTERNAL 0
        assign WISP_SERVER "$NAME"
        assign WISP_FLAVOR "$FLAVOR"
        assign WISP_VERSION "$VERSION"
        write_env_of_role "$dir/primary" WISP_PRIMARY
        write_env_of_role "$dir/replica" WISP_REPLICA
        assign WISP_USER wisp
        assign WISP_PASSWORD wisp
        assign WISP_CLIENT "$software/bin/mysql"
        assign WISP_TLS_CA "$tls_ca"
        assign WISP_SOFTWARE "$software"
    } >"$dir/env.new"
    mv "$dir/env.new" "$dir/env"
}

# A replica that is not there gets empty values, which also undo those of a file read before.
write_env_of_role() {
    local home=$1 prefix=$2 host='' port='' socket=''
    if [[ -d $home ]]; then
        host=127.0.0.1
        port=$(<"$home/port")
        socket=$home/sock
    fi
    assign "${prefix}_HOST" "$host"
    assign "${prefix}_PORT" "$port"
    assign "${prefix}_SOCKET" "$socket"
}

throw_away() {
    local dir=$1 role
    for role in $(roles_of "$dir"); do kill_server "$dir/$role"; done
    for role in $(roles_of "$dir"); do
        if [[ -s $dir/$role/port ]]; then rm -f "$PORTS_DIR/$(<"$dir/$role/port")"; fi
    done
    rm -rf "$dir"
}
