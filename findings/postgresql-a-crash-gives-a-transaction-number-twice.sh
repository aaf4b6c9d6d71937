#!/usr/bin/env bash
# Versions: PostgreSQL 15 (Debian 12: 15.18).
#
# One would guess: pg_xact_status() says what became of a transaction whose commit was not answered, as its documentation recommends, also
# after a crash of the server: the number of a transaction is never used again.
# What happens: a server that crashes before it has written anything of the transaction to its log forgets that the number was given out.
# After the restart the next transaction gets the same number, and once that one commits, pg_xact_status() reports the lost transaction as
# committed. The reset time of the server's statistics shows that there was a crash.
#
# Debian packages: postgresql-15, postgresql-client-15. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need postgresql-client-15 /usr/lib/postgresql/15/bin/psql
# The log is written by a commit, or by the writer in the background: here only by a commit.
OPTIONS=(-c wal_writer_delay=10s)
start_postgresql "${OPTIONS[@]}"
query() { /usr/lib/postgresql/15/bin/psql -X -q -A -t "host=127.0.0.1 port=$PORT user=app dbname=postgres" "$@"; } # ARGUMENT...

query -c 'CREATE TABLE orders (n int)' -c 'CHECKPOINT'
resets=$(query -c 'SELECT pg_stat_get_bgwriter_stat_reset_time()')
coproc CLIENT { query; }
echo "BEGIN; INSERT INTO orders VALUES (1); SELECT pg_current_xact_id_if_assigned();" >&"${CLIENT[1]}"
read -r lost <&"${CLIENT[0]}"
kill -KILL "$SERVER"
wait "$SERVER" 2>/dev/null
until_true mv "$DIRECTORY/server/data/postmaster.pid" "$DIRECTORY/postmaster.pid"
sleep 1
"${USER_PREFIX[@]}" /usr/lib/postgresql/15/bin/postgres -D "$DIRECTORY/server/data" -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off "${OPTIONS[@]}" >>"$DIRECTORY/log" 2>&1 &
SERVER=$!
until_true query -c 'SELECT 1'
before=$(query -c "SELECT pg_xact_status('$lost')" 2>&1)
other=$(query -c 'INSERT INTO orders VALUES (2) RETURNING pg_current_xact_id()')
after=$(query -c "SELECT pg_xact_status('$lost')")
rows=$(query -c 'SELECT string_agg(n::text, $$,$$) FROM orders')
[[ $resets != "$(query -c 'SELECT pg_stat_get_bgwriter_stat_reset_time()')" ]] && crash=changed || crash=unchanged
echo "number of the transaction that the crash ended: $lost; pg_xact_status after the restart: $before"
echo "number of another transaction after the restart: $other; pg_xact_status of the first one then: $after; rows: $rows"
echo "reset time of the statistics: $crash"
[[ $before == *"in the future"* && $other == "$lost" && $after == committed && $rows == 2 && $crash == changed ]]
