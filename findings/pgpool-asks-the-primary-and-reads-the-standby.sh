#!/usr/bin/env bash
# Versions: pgpool-II 4.3.5 (Debian 12) with load_balance_mode = on, PostgreSQL 15 with one streaming standby.
#
# One would guess: a session through pgpool that asks pg_is_in_recovery(), or pg_current_wal_insert_lsn(), learns which server it talks
# to, since pgpool chooses the server for reads once for a session (statement_level_load_balance = off, the default).
# What happens: pgpool looks at the functions in a query. One with a volatile function, and all of those are, goes to the primary; the next
# query of the same session goes to the standby. The session is told "primary", and reads old data from the standby.
# pg_postmaster_start_time() and inet_server_port() are stable, so they are asked of the server that reads; together with a volatile
# function in the same query, of the primary.
#
# Debian packages: postgresql-15, postgresql-client-15, pgpool2. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
BIN=/usr/lib/postgresql/15/bin
need 'postgresql-client-15 and pgpool2' $BIN/psql /usr/sbin/pgpool
start_postgresql
PRIMARY=$PORT STANDBY=$(free_port) POOL=$(free_port) CONTROL=$(free_port)
"${USER_PREFIX[@]}" $BIN/pg_basebackup -d "host=127.0.0.1 port=$PRIMARY user=app" -D "$DIRECTORY/server/standby" -R -c fast -X stream --no-sync
"${USER_PREFIX[@]}" $BIN/postgres -D "$DIRECTORY/server/standby" -p "$STANDBY" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off >"$DIRECTORY/standby.log" 2>&1 &
ends_with_script INT
until_true $BIN/pg_isready -q -h 127.0.0.1 -p "$STANDBY"
cat >"$DIRECTORY/server/pgpool.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $POOL
pcp_listen_addresses = ''
pcp_port = $CONTROL
socket_dir = '$DIRECTORY/server'
pcp_socket_dir = '$DIRECTORY/server'
pid_file_name = '$DIRECTORY/server/pgpool.pid'
logdir = '$DIRECTORY/server'
backend_clustering_mode = 'streaming_replication'
load_balance_mode = on
sr_check_user = 'app'
backend_hostname0 = '127.0.0.1'
backend_port0 = $PRIMARY
backend_weight0 = 0
backend_hostname1 = '127.0.0.1'
backend_port1 = $STANDBY
backend_weight1 = 1
CONF
"${USER_PREFIX[@]}" /usr/sbin/pgpool -n -f "$DIRECTORY/server/pgpool.conf" >"$DIRECTORY/pgpool.log" 2>&1 &
ends_with_script INT
session="host=127.0.0.1 port=$POOL user=app dbname=postgres"
until_true $BIN/psql -X "$session" -c 'SELECT 1'

$BIN/psql -X -q "host=127.0.0.1 port=$PRIMARY user=app dbname=postgres" -c 'CREATE TABLE notes (n int)'
until_true $BIN/psql -X "host=127.0.0.1 port=$STANDBY user=app dbname=postgres" -c 'SELECT FROM notes'
$BIN/psql -X -q "host=127.0.0.1 port=$STANDBY user=app dbname=postgres" -c 'SELECT pg_wal_replay_pause()' >/dev/null

# One session: writes, asks what it talks to, and reads.
mapfile -t answers < <($BIN/psql -X -q -A -t "$session" <<'SQL'
INSERT INTO notes VALUES (1);
SELECT pg_is_in_recovery();
SELECT inet_server_port() FROM (SELECT pg_is_in_recovery()) asked;
SELECT inet_server_port();
SELECT count(*) FROM notes;
SQL
)
echo "primary $PRIMARY, standby $STANDBY"
echo "pg_is_in_recovery(): ${answers[0]}"
echo "server of a query with it: ${answers[1]}"
echo "server of a query without: ${answers[2]}"
echo "rows read after one was inserted in the same session: ${answers[3]}"
[[ ${answers[0]} == f && ${answers[1]} == "$PRIMARY" && ${answers[2]} == "$STANDBY" && ${answers[3]} == 0 ]]
