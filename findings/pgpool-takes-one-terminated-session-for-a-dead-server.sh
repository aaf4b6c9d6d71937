#!/usr/bin/env bash
# Versions: pgpool-II 4.3.5 (Debian 12), PostgreSQL 15, psql 15.
#
# One would guess: pg_terminate_backend of one session (a session that keeps locks, or one of a job that hangs) costs the client of this session its
# connection. The others go on, as behind PgBouncer.
# What happens: pgpool reads the session's last message, 57P01, as the shutdown of the whole server and detaches it, without a look at the server. All
# other sessions are cut; with one server every login is refused from then on ("pgpool is not accepting any new connections"), until an
# administrator attaches the server again. With failover_on_backend_shutdown = off the others go on. A session that a timeout of the
# server ends (idle_in_transaction_session_timeout, 25P03) costs its own client only.
#
# Debian packages: postgresql-15, postgresql-client-15, pgpool2. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
PSQL=/usr/lib/postgresql/15/bin/psql
need 'postgresql-client-15 and pgpool2' $PSQL /usr/sbin/pgpool
start_postgresql -c idle_in_transaction_session_timeout=1s
DIRECT="host=127.0.0.1 port=$PORT user=app dbname=postgres"

through_pgpool() { # SETTING HOW: ends a session in one of two ways, and prints what another session and a new one get
    local port; port=$(free_port)
    printf '%s\n' "listen_addresses = '127.0.0.1'" "port = $port" "pcp_listen_addresses = ''" "pcp_port = $(free_port)" "socket_dir = '$DIRECTORY/server'" \
        "pcp_socket_dir = '$DIRECTORY/server'" "pid_file_name = '$DIRECTORY/server/pgpool.pid'" "logdir = '$DIRECTORY/server'" "num_init_children = 5" \
        "backend_clustering_mode = 'streaming_replication'" "sr_check_user = 'app'" "backend_hostname0 = '127.0.0.1'" "backend_port0 = $PORT" "$1" >"$DIRECTORY/server/pgpool.conf"
    "${USER_PREFIX[@]}" /usr/sbin/pgpool -n -f "$DIRECTORY/server/pgpool.conf" >"$DIRECTORY/pgpool.log" 2>&1 &
    local pgpool=$! pooled="host=127.0.0.1 port=$port user=app dbname=postgres" other one
    until_true $PSQL -X "$pooled" -c 'SELECT 1'
    { echo "SELECT 1;"; sleep 4; echo "SELECT 'goes on';"; } | $PSQL -X -q -A -t "$pooled application_name=other" >"$DIRECTORY/other" 2>&1 & other=$!
    { if [[ $2 == timeout ]]; then echo BEGIN\;; fi; echo "SELECT 1;"; sleep 4; } | $PSQL -X -q -A -t "$pooled application_name=one" >/dev/null 2>&1 & one=$!
    until_true eval "[[ \$($PSQL -X -A -t '$DIRECT' -c \"SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('one', 'other') AND query LIKE 'SELECT 1%'\") == 2 ]]"
    [[ $2 == timeout ]] || $PSQL -X -q "$DIRECT" -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'one'" >/dev/null
    until_true eval "[[ \$($PSQL -X -A -t '$DIRECT' -c \"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'one'\") == 0 ]]"
    wait "$other" "$one"
    grep -q 'goes on' "$DIRECTORY/other" && echo -n 'the other session goes on, ' || echo -n 'the other session is cut, '
    $PSQL -X "$pooled" -c 'SELECT 1' >/dev/null 2>&1 && echo 'a new one is let in' || echo 'a new one is refused'
    kill -INT "$pgpool"; wait "$pgpool"
}

terminated=$(through_pgpool '' terminate) off=$(through_pgpool 'failover_on_backend_shutdown = off' terminate) timeout=$(through_pgpool '' timeout)
echo "one session terminated: $terminated"
echo "the same, with failover_on_backend_shutdown = off: $off"
echo "one session ended by a timeout of the server: $timeout"
echo "the server itself: $($PSQL -X -A -t "$DIRECT" -c "SELECT 'has been up all the time'")"
[[ $terminated == *cut*refused && $off == *'goes on'*'let in' && $timeout == *'goes on'*'let in' ]]
