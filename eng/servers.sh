# Real database servers for tests and benchmarks, to be sourced:
#
#   source eng/servers.sh
#   start_postgresql          # sets and exports CENOTE_TEST_POSTGRESQL (a superuser) and CENOTE_TEST_POSTGRESQL_ORDINARY
#   start_mariadb             # sets and exports CENOTE_TEST_MYSQL (all privileges) and CENOTE_TEST_MYSQL_ORDINARY
#   stop_servers              # stops what was started here and removes its data; call it from a trap on EXIT
#
# Every server is a direct child on a free loopback port, with data of its own in memory where there is room;
# the servers, clusters and accounts of the system are never touched. Set CENOTE_KEEP_SERVERS=1 to let them outlive the shell.

SERVER_PIDS=()
SERVERS_DIR=
# Of another PostgreSQL than the system's (eng/postgresql.sh).
PROGRAMS_DIR=

# Neither server runs as root: root starts them as the system's unprivileged user, every other user as itself.
AS_SERVER=(setpriv)
if [[ $EUID -eq 0 ]]; then
    AS_SERVER+=(--reuid=nobody --regid="$(id -gn nobody)" --clear-groups)
fi

# start_postgresql [OPTION...]: with options for the server.
start_postgresql() {
    local bin psql
    bin=$(postgresql_bin) || { echo "PostgreSQL is not installed (Debian: postgresql)." >&2; return 1; }
    make_servers_dir
    local data=$SERVERS_DIR/postgresql password
    password=$(random_password)
    (umask 077 && echo "$password" >"$data.password")
    own "$data.password"
    "${AS_SERVER[@]}" env LC_ALL=C "$bin/initdb" -D "$data" -U cenote -A scram-sha-256 --pwfile="$data.password" \
        -N -E UTF8 --locale=C.UTF-8 >"$data.log" 2>&1 || { show_log "$data.log"; return 1; }

    # A language beside English: its messages come with the server, but the system need not have the locale. Only the tests that need it fail without.
    localedef -i ru_RU -f UTF-8 "$SERVERS_DIR/ru_RU.UTF-8" 2>/dev/null ||
        echo "The locale ru_RU.UTF-8 cannot be made (Debian: locales): tests of translated messages will fail." >&2

    LOCPATH=$SERVERS_DIR launch postgresql INT "$bin/postgres" -D "$data" -c listen_addresses=127.0.0.1 -c "unix_socket_directories=$SERVERS_DIR" \
        -c max_connections=200 -c max_prepared_transactions=20 -c wal_level=logical \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off "$@" -p || return 1

    # A build without it is asked by the system's.
    psql=$bin/psql
    [[ -x $psql ]] || psql=psql
    PGPASSWORD=$password "$psql" -h 127.0.0.1 -p "$SERVER_PORT" -U cenote -d postgres -qX -v ON_ERROR_STOP=1 <<SQL || return 1
CREATE ROLE cenote_ordinary LOGIN PASSWORD '$password';
CREATE DATABASE cenote OWNER cenote_ordinary;
SQL

    export CENOTE_TEST_POSTGRESQL="Host=127.0.0.1;Port=$SERVER_PORT;Database=cenote;Username=cenote;Password=$password"
    export CENOTE_TEST_POSTGRESQL_ORDINARY="${CENOTE_TEST_POSTGRESQL/Username=cenote/Username=cenote_ordinary}"
}

start_mariadb() {
    [[ -x /usr/sbin/mariadbd ]] || { echo "MariaDB is not installed (Debian: mariadb-server)." >&2; return 1; }
    make_servers_dir
    local data=$SERVERS_DIR/mariadb password small=(--innodb-log-file-size=32M --innodb-buffer-pool-size=64M)
    password=$(random_password)
    "${AS_SERVER[@]}" mariadb-install-db --no-defaults --datadir="$data" --auth-root-authentication-method=normal \
        --skip-test-db --skip-name-resolve "${small[@]}" >"$data.log" 2>&1 || { show_log "$data.log"; return 1; }

    # Runs before the server accepts its first connection; one statement a line.
    (umask 077 && cat >"$data.sql") <<SQL
CREATE DATABASE IF NOT EXISTS cenote CHARACTER SET utf8mb4;
CREATE OR REPLACE USER cenote@'%' IDENTIFIED BY '$password';
GRANT ALL ON *.* TO cenote@'%' WITH GRANT OPTION;
CREATE OR REPLACE USER cenote_ordinary@'%' IDENTIFIED BY '$password';
GRANT ALL ON cenote.* TO cenote_ordinary@'%';
SQL
    own "$data.sql"
    launch mariadb TERM /usr/sbin/mariadbd --no-defaults --datadir="$data" --bind-address=127.0.0.1 \
        --socket="$SERVERS_DIR/mariadb.sock" --pid-file="$data.pid" --init-file="$data.sql" --skip-name-resolve --max-connections=500 \
        --secure-file-priv="$SERVERS_DIR" \
        --innodb-flush-log-at-trx-commit=0 "${small[@]}" --port || return 1

    export CENOTE_TEST_MYSQL="Server=127.0.0.1;Port=$SERVER_PORT;Database=cenote;User ID=cenote;Password=$password"
    export CENOTE_TEST_MYSQL_ORDINARY="${CENOTE_TEST_MYSQL/User ID=cenote/User ID=cenote_ordinary}"
}

stop_servers() {
    local entry
    for entry in "${SERVER_PIDS[@]}"; do
        kill -"${entry#*:}" "${entry%:*}" 2>/dev/null || true
    done
    for entry in "${SERVER_PIDS[@]}"; do
        await_exit "${entry%:*}" || kill -KILL "${entry%:*}" 2>/dev/null || true
        wait "${entry%:*}" 2>/dev/null || true
    done
    SERVER_PIDS=()
    [[ -z $SERVERS_DIR ]] || rm -rf "$SERVERS_DIR"
    [[ -z $PROGRAMS_DIR ]] || rm -rf "$PROGRAMS_DIR"
    SERVERS_DIR=
    PROGRAMS_DIR=
}

describe_servers() {
    local pids=("${SERVER_PIDS[@]%:*}")
    [[ ${#pids[@]} -gt 0 ]] || { stop_servers; return 0; }
    echo "The servers are still running:"
    echo "  export CENOTE_TEST_POSTGRESQL='${CENOTE_TEST_POSTGRESQL:-}'"
    echo "  export CENOTE_TEST_MYSQL='${CENOTE_TEST_MYSQL:-}'"
    [[ -z ${CENOTE_POSTGRESQL_PROGRAMS:-} ]] || echo "  export CENOTE_POSTGRESQL_PROGRAMS='$CENOTE_POSTGRESQL_PROGRAMS'"
    echo "To stop them: kill ${pids[*]}; rm -r $SERVERS_DIR${PROGRAMS_DIR:+ $PROGRAMS_DIR}"
}

# launch NAME STOP_SIGNAL COMMAND...: appends a free port to the command, starts it, and waits until the port answers.
launch() {
    local name=$1 signal=$2 log=$SERVERS_DIR/$1.log pid attempt
    shift 2
    # A server dies with this shell even when the shell is killed outright.
    local with_shell=(--pdeathsig="$signal")
    [[ -z ${CENOTE_KEEP_SERVERS:-} ]] || with_shell=()
    for attempt in 1 2 3; do
        SERVER_PORT=$(free_port)
        # A session of its own, so that Ctrl-C reaches the server through stop_servers only.
        setsid "${AS_SERVER[@]}" "${with_shell[@]}" "$@" "$SERVER_PORT" >>"$log" 2>&1 </dev/null &
        pid=$!
        SERVER_PIDS+=("$pid:$signal")
        if await_ready "$pid" "$name" "$log"; then
            return 0
        fi
        echo "$name did not start on port $SERVER_PORT (attempt $attempt of 3)" >&2
        kill -KILL "$pid" 2>/dev/null || true
    done
    show_log "$log"
    return 1
}

await_ready() {
    local pid=$1 name=$2 log=$3 sign tries
    case $name in
        postgresql) sign='database system is ready to accept connections' ;;
        mariadb) sign='ready for connections' ;;
    esac
    for ((tries = 0; tries < 600; tries++)); do
        kill -0 "$pid" 2>/dev/null || return 1
        if grep -q "$sign" "$log"; then
            return 0
        fi
        sleep 0.05
    done
    return 1
}

await_exit() {
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.05
    done
    return 1
}

make_servers_dir() {
    [[ -z $SERVERS_DIR ]] || return 0
    local base=/tmp
    # Memory, where there is enough of it: containers often have a /dev/shm of 64 MB.
    if [[ -w /dev/shm && $(df --output=avail -k /dev/shm | tail -1) -gt 1000000 ]]; then
        base=/dev/shm
    fi
    SERVERS_DIR=$(mktemp -d "$base/cenote-servers.XXXXXX")
    own "$SERVERS_DIR"
}

own() {
    [[ $EUID -ne 0 ]] || chown "nobody:$(id -gn nobody)" "$1"
}

postgresql_bin() {
    local bin
    if [[ -n ${CENOTE_POSTGRESQL_PROGRAMS:-} ]]; then
        echo "$CENOTE_POSTGRESQL_PROGRAMS"
        return
    fi
    bin=$(compgen -G '/usr/lib/postgresql/*/bin/postgres' | sort -V | tail -1)
    [[ -n $bin ]] && dirname "$bin"
}

# Below the range from which the kernel serves outgoing connections.
free_port() {
    local port
    while port=$((20000 + RANDOM % 10000)); (: </dev/tcp/127.0.0.1/$port) 2>/dev/null; do :; done
    echo $port
}

random_password() {
    head -c 18 /dev/urandom | base64 | tr '+/' 'Aa'
}

show_log() {
    echo "--- last lines of $1" >&2
    tail -20 "$1" >&2
}
