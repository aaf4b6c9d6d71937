#!/usr/bin/env bash
# Versions: PostgreSQL 15 (Debian 12: 15.18).
#
# One would guess: DISCARD ALL puts a session back to how it began, as poolers and drivers that send it between two users rely on.
# What happens: a replication origin of the session stays. Whatever the next user of the session commits is marked as coming from there, and
# logical replication that takes local changes only (test_decoding's only-local, subscriptions with origin = none from 16 on) leaves it out,
# without a word. An application's own setting comes back as the empty string and not as NULL, and the seed of random() stays.
#
# Debian packages: postgresql-15, postgresql-client-15. Exit code 0: as described.
set -uo pipefail
BIN=/usr/lib/postgresql/15/bin
for file in $BIN/postgres $BIN/psql; do [[ -x $file ]] || { echo "$file is missing: install postgresql-15, postgresql-client-15" >&2; exit 2; }; done

DIRECTORY=$(mktemp -d)
SERVER=
finish() { [[ -z $SERVER ]] || { kill -INT "$SERVER" 2>/dev/null; wait "$SERVER" 2>/dev/null; }; rm -rf "$DIRECTORY"; }
trap finish EXIT
USER_PREFIX=()
[[ $EUID -ne 0 ]] || { USER_PREFIX=(setpriv --reuid=nobody --regid=nogroup --clear-groups); chown nobody:nogroup "$DIRECTORY"; }
free_port() { local port; while port=$((20000 + RANDOM % 10000)); (: </dev/tcp/127.0.0.1/$port) 2>/dev/null; do :; done; echo $port; }
PORT=$(free_port)
"${USER_PREFIX[@]}" env LC_ALL=C $BIN/initdb -D "$DIRECTORY/data" -U app -A trust -N >/dev/null
"${USER_PREFIX[@]}" $BIN/postgres -D "$DIRECTORY/data" -p $PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c wal_level=logical -c fsync=off >"$DIRECTORY/log" 2>&1 &
SERVER=$!
for ((tries = 0; tries < 300; tries++)); do $BIN/pg_isready -q -h 127.0.0.1 -p $PORT && break; sleep 0.1; done

mapfile -t answers < <($BIN/psql -X -q -A -t "host=127.0.0.1 port=$PORT user=app dbname=postgres" <<'SQL'
CREATE TABLE orders (n int);
SELECT 'slot' FROM pg_create_logical_replication_slot('s', 'test_decoding');
SELECT 'origin' FROM pg_replication_origin_create('elsewhere');
SELECT 'set up' FROM pg_replication_origin_session_setup('elsewhere');
SET my.tenant = 'a';
SELECT 'seeded' FROM setseed(0.5);
DISCARD ALL;
INSERT INTO orders VALUES (1);
SELECT pg_replication_origin_session_is_setup();
SELECT count(*) FROM pg_logical_slot_peek_changes('s', NULL, NULL) WHERE data LIKE 'table public.orders: INSERT%';
SELECT count(*) FROM pg_logical_slot_peek_changes('s', NULL, NULL, 'only-local', '1') WHERE data LIKE 'table public.orders: INSERT%';
SELECT coalesce(current_setting('my.tenant', true), 'NULL') || '|';
SELECT random();
SELECT 'seeded' FROM setseed(0.5);
SELECT random();
SQL
)
answers=("${answers[@]:4}")
echo "a replication origin is set up after DISCARD ALL: ${answers[0]}"
echo "inserts that logical decoding sees: ${answers[1]}, with only-local: ${answers[2]}"
echo "the application's setting: '${answers[3]%|}'"
echo "random(): ${answers[4]}, and after the same seed again: ${answers[6]}"
[[ ${answers[0]} == t && ${answers[1]} == 1 && ${answers[2]} == 0 && ${answers[3]} == '|' && ${answers[4]} == "${answers[6]}" ]]
