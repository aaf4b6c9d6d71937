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
source "$(dirname "$0")/../eng/findings.sh"
PSQL=/usr/lib/postgresql/15/bin/psql
need postgresql-client-15 $PSQL
start_postgresql -c wal_level=logical

mapfile -t answers < <($PSQL -X -q -A -t "host=127.0.0.1 port=$PORT user=app dbname=postgres" <<'SQL'
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
