# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Servers that run already: only an env file is written for them. Sourced by script/servers.

cmd_use() {
    local id=${1:-} primary='' replica='' user='' password='' client='' tls_ca='' dir
    [[ -n $id ]] || wrong_usage "use needs a name for the instance"
    shift
    while (($#)); do
        (($# >= 2)) || wrong_usage "$1 needs a value"
        case $1 in
            --primary) primary=$2 ;;
            --replica) replica=$2 ;;
            --user) user=$2 ;;
            --password) password=$2 ;;
            --client) client=$2 ;;
            --tls-ca) tls_ca=$2 ;;
            *) wrong_usage "use has no option $1" ;;
        esac
        shift 2
    done
    [[ $primary == *:* && -n $user ]] || wrong_usage "use needs --primary HOST:PORT and --user"
    [[ -z $replica || $replica == *:* ]] || wrong_usage "--replica is HOST:PORT"
    [[ -n $client ]] || client=$(find_program mariadb || find_program mysql) ||
        die "no command line client here: name one with --client"
    dir=$(instance_dir "$id")
    lock_instance "$id"
    [[ ! -e $dir ]] || die "instance '$id' exists already"
    write_external_env "$dir" "$id" "$primary" "$replica" "$user" "$password" \
        "$client" "$tls_ca"
    describe "$dir" ''
}

write_external_env() {
    local dir=$1 id=$2 primary=$3 replica=$4 user=$5 password=$6 client=$7 tls_ca=$8
    local version flavor=mysql
    version=$(MYSQL_PWD=$password "$client" --no-defaults -h "${primary%:*}" -P "${primary##*:}" \
        -u "$user" --batch --skip-column-names -e 'SELECT VERSION()') || die "cannot log in to $primary"
    [[ $version == *MariaDB* ]] && flavor=mariadb
    mkdir -p "$dir"
    {
        assign WISP_INSTANCE "$id"
        assign WISP_INSTANCE_DIR "$dir"
        assign WISP_EXTERNAL 1
        assign WISP_SERVER external
        assign WISP_FLAVOR "$flavor"
        assign WISP_VERSION "${version%%-*}"
        assign WISP_PRIMARY_HOST "${primary%:*}"
        assign WISP_PRIMARY_PORT "${primary##*:}"
        assign WISP_PRIMARY_SOCKET ''
        assign WISP_REPLICA_HOST "${replica%:*}"
        assign WISP_REPLICA_PORT "${replica##*:}"
        assign WISP_REPLICA_SOCKET ''
        assign WISP_USER "$user"
        assign WISP_PASSWORD "$password"
        assign WISP_CLIENT "$client"
        assign WISP_TLS_CA "$tls_ca"
        assign WISP_SOFTWARE ''
    } >"$dir/env"
}
