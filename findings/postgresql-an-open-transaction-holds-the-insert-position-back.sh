#!/usr/bin/env bash
# Versions: PostgreSQL 15 (Debian 12) with one streaming standby, both with their default settings for the WAL.
#
# One would guess: on a quiet primary, a standby reaches pg_current_wal_insert_lsn() in moments: the WAL writer flushes every 200 ms
# (wal_writer_delay), and what is flushed is sent. So the position is what a reader on the standby waits for after a write.
# What happens: the WAL writer leaves the last page alone, unless a commit waits for it. While another session has a transaction with
# uncommitted changes, the position stays ahead of what is flushed for seconds, and the standby stays behind it, although it has all
# commits. The next commit of any session takes it there at once.
#
# Debian packages: postgresql-15, postgresql-client-15. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
BIN=/usr/lib/postgresql/15/bin
need postgresql-client-15 $BIN/psql $BIN/pg_basebackup
start_postgresql -c autovacuum=off
PRIMARY=$PORT STANDBY=$(free_port)
"${USER_PREFIX[@]}" $BIN/pg_basebackup -d "host=127.0.0.1 port=$PRIMARY user=app" -D "$DIRECTORY/server/standby" -R -c fast -X stream --no-sync
"${USER_PREFIX[@]}" $BIN/postgres -D "$DIRECTORY/server/standby" -p "$STANDBY" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off >"$DIRECTORY/standby.log" 2>&1 &
ends_with_script INT
until_true $BIN/pg_isready -q -h 127.0.0.1 -p "$STANDBY"
on() { local port=$1; shift; $BIN/psql -X -q -A -t "host=127.0.0.1 port=$port user=app dbname=postgres" "$@"; } # PORT OPTION...
has_replayed() { [[ $(on "$STANDBY" -c "SELECT pg_last_wal_replay_lsn() >= '$1'") == t ]]; }                    # POSITION

on "$PRIMARY" -c 'CREATE TABLE notes (n int)'
coproc OTHER { on "$PRIMARY"; }
seen=
# A rare record of the background writer, every 15 s, is flushed with what is before it: then once more.
for attempt in 1 2 3; do
    on "$PRIMARY" -c "INSERT INTO notes VALUES ($attempt)"
    echo "BEGIN; INSERT INTO notes VALUES (-$attempt); SELECT 'changed';" >&"${OTHER[1]}"
    read -r -t 30 -u "${OTHER[0]}" changed || exit 2
    position=$(on "$PRIMARY" -c 'SELECT pg_current_wal_insert_lsn()')
    sleep 2
    IFS='|' read -r flushed behind < <(on "$PRIMARY" -c "SELECT pg_current_wal_flush_lsn(), pg_current_wal_flush_lsn() < '$position'")
    rows=$(on "$STANDBY" -c 'SELECT count(*) FROM notes')
    has_replayed "$position" || seen=yes
    echo "position $position, flushed 2 s later $flushed, standby has $rows of $attempt committed rows, is there: $(has_replayed "$position" && echo yes || echo no)"
    echo "ROLLBACK; SELECT 'ended';" >&"${OTHER[1]}"
    read -r -t 30 -u "${OTHER[0]}" ended || exit 2
    [[ -z $seen ]] || break
done
on "$PRIMARY" -c 'INSERT INTO notes VALUES (0)'
until_true has_replayed "$position"
echo 'after another commit the standby is there'
[[ $seen == yes && $behind == t && $rows == "$attempt" ]]
