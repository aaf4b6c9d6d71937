#!/usr/bin/env bash
# Versions: PgBouncer 1.18.0 (Debian 12), PostgreSQL 15, psql 15.
#
# One would guess: a login through PgBouncer succeeds only while PgBouncer can reach the server, so that a health check which logs in
# (or pg_isready) finds a dead server out, and a client is refused in its login.
# What happens: once PgBouncer has reached the server, it lets every client in from memory. With the server dead, pg_isready says
# "accepting connections" and a complete login succeeds; the first statement fails, with SQLSTATE 08P01 (protocol_violation). Before it
# has ever reached the server, it is the other way round: the client is neither let in nor refused, but left waiting in its login.
#
# Debian packages: postgresql-15, postgresql-client-15, pgbouncer. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
BIN=/usr/lib/postgresql/15/bin
need 'postgresql-client-15 and pgbouncer' $BIN/psql /usr/sbin/pgbouncer
start_postgresql
PROXY=$(free_port) EARLY=$(free_port)

start_pgbouncer() { # PORT
    printf '[databases]\npostgres = host=127.0.0.1 port=%s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %s\nunix_socket_dir =\nauth_type = trust\nauth_file = %s\nserver_login_retry = 1\n' \
        "$PORT" "$1" "$DIRECTORY/users" >"$DIRECTORY/$1.ini"
    echo '"app" ""' >"$DIRECTORY/users"
    "${USER_PREFIX[@]}" /usr/sbin/pgbouncer "$DIRECTORY/$1.ini" >"$DIRECTORY/$1.log" 2>&1 &
    ends_with_script KILL
    until_true grep -q 'process up' "$DIRECTORY/$1.log"
}
through() { timeout 5 $BIN/psql -X "host=127.0.0.1 port=$1 user=app dbname=postgres" -v VERBOSITY=verbose -c "$2" 2>&1; }

start_pgbouncer $PROXY
through $PROXY 'SELECT 1' >/dev/null
kill -KILL "$SERVER"; wait "$SERVER" 2>/dev/null
SERVER=
start_pgbouncer $EARLY

# The first client after the crash makes PgBouncer notice it.
through $PROXY 'SELECT 1' >/dev/null
ready=$($BIN/pg_isready -h 127.0.0.1 -p $PROXY); ready_status=$?
login=$(through $PROXY '\conninfo'); login_status=$?
statement=$(through $PROXY 'SELECT 1'); statement_status=$?
through $EARLY '\conninfo' >/dev/null; early_status=$?
echo "The server is dead. pg_isready on PgBouncer: $ready"
echo "Login: exit code $login_status: $login"
echo "First statement: exit code $statement_status: $statement"
echo "Login through a PgBouncer that never reached the server: exit code $early_status (124: still waiting after 5 s)"
[[ $ready_status -eq 0 && $login_status -eq 0 && $statement_status -ne 0 && $statement == *08P01* && $early_status -eq 124 ]]
