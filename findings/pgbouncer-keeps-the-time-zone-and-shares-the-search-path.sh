#!/usr/bin/env bash
# Versions: PgBouncer 1.18.0 (Debian 12) with pool_mode = transaction, PostgreSQL 15, psql 15.
#
# One would guess: with transaction pooling a SET of a session is lost or reaches other clients, whatever is set. A test that sets the time zone and finds it kept
# and private shows that the mode (or the PgBouncer) keeps settings.
# What happens: TimeZone, DateStyle, client_encoding, standard_conforming_strings and application_name stay with their client: the server reports
# changes of these, and PgBouncer sets them again on each server connection. All others, search_path and statement_timeout among them, stay on the
# server connection and are those of the next client.
#
# Debian packages: postgresql-15, postgresql-client-15, pgbouncer. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
PSQL=/usr/lib/postgresql/15/bin/psql
need 'postgresql-client-15 and pgbouncer' $PSQL /usr/sbin/pgbouncer
start_postgresql
PROXY=$(free_port)
printf '%s\n' '[databases]' "postgres = host=127.0.0.1 port=$PORT" '[pgbouncer]' 'listen_addr = 127.0.0.1' "listen_port = $PROXY" 'unix_socket_dir =' 'auth_type = trust' \
    "auth_file = $DIRECTORY/server/users" 'pool_mode = transaction' 'default_pool_size = 1' >"$DIRECTORY/server/pgbouncer.ini"
echo '"app" ""' >"$DIRECTORY/server/users"
"${USER_PREFIX[@]}" /usr/sbin/pgbouncer "$DIRECTORY/server/pgbouncer.ini" >"$DIRECTORY/pgbouncer.log" 2>&1 & BOUNCER=$!
SESSION="host=127.0.0.1 port=$PROXY user=app dbname=postgres"
until_true $PSQL -X "$SESSION" -c 'SELECT 1'

SETTINGS="SELECT current_setting('TimeZone'), current_setting('DateStyle'), current_setting('search_path'), current_setting('statement_timeout')"
mkfifo "$DIRECTORY/statements"
$PSQL -X -q -A -t "$SESSION" <"$DIRECTORY/statements" >"$DIRECTORY/one" 2>&1 & ONE=$!
exec 7>"$DIRECTORY/statements"
echo "SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET search_path = 'pg_catalog'; SET statement_timeout = '9s'; SELECT 'set';" >&7
until_true grep -q set "$DIRECTORY/one"
other=$($PSQL -X -q -A -t "$SESSION" -c "$SETTINGS")
echo "$SETTINGS;" >&7
exec 7>&-
wait "$ONE"
one=$(tail -n 1 "$DIRECTORY/one")
kill "$BOUNCER"; wait "$BOUNCER" 2>/dev/null
echo "time zone, date style, search path, statement timeout of the client that has set all four: $one"
echo "of another client, which has set none: $other"
[[ $one == 'Asia/Tokyo|German, DMY|pg_catalog|9s' && $other != *Tokyo* && $other == *'ISO, MDY|pg_catalog|9s' ]]
