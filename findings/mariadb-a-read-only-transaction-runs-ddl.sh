#!/usr/bin/env bash
# Versions: MariaDB 10.11 (Debian 12) and its client.
#
# One would guess: in a transaction begun with START TRANSACTION READ ONLY the server refuses every change, as PostgreSQL does and as it does for
# INSERT, for NEXTVAL of a sequence, and even for CREATE TEMPORARY TABLE (error 1792). A report that is wrapped in it cannot do damage by a typo.
# What happens: TRUNCATE, ALTER TABLE and DROP TABLE are executed, because a statement that defines data ends the transaction first, and its READ ONLY with
# it. The next INSERT is committed at once. SET SESSION TRANSACTION READ ONLY refuses them all.
#
# Debian packages: mariadb-server. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
start_mariadb --skip-grant-tables --skip-networking=0
need mariadb-client mariadb
client() { mariadb --no-defaults -uroot -h 127.0.0.1 -P "$PORT" --skip-column-names --batch --force shop 2>&1; }

mariadb --no-defaults -uroot -h 127.0.0.1 -P "$PORT" -e 'CREATE DATABASE shop'

# Whether the server refuses the statement, and whether it refuses the INSERT after it.
try() { # BEGINNING STATEMENT
    printf '%s\n' 'DROP TABLE IF EXISTS orders, notes;' 'CREATE OR REPLACE SEQUENCE numbers;' 'CREATE TABLE orders (id int);' 'CREATE TABLE notes (id int);' | client
    printf '%s\n' "$1;" "$2;" "SELECT 'between';" 'INSERT INTO notes VALUES (2);' | client >"$DIRECTORY/answers"
    [[ $(grep -c 'ERROR' "$DIRECTORY/answers") == $(grep -c 'ERROR 1792' "$DIRECTORY/answers") ]] || { cat "$DIRECTORY/answers"; return; }
    sed '/^between$/,$d' "$DIRECTORY/answers" | grep -q 'ERROR 1792' && echo -n 'refused, ' || echo -n 'executed, '
    sed '1,/^between$/d' "$DIRECTORY/answers" | grep -q 'ERROR 1792' && echo -n 'INSERT refused, ' || echo -n 'INSERT executed, '
    echo "rows: $(echo 'SELECT count(*) FROM notes;' | client)"
}

as_described=0
expect() { # BEGINNING STATEMENT ANSWER
    local answer
    answer=$(try "$1" "$2")
    echo "$1; $2: $answer"
    [[ $answer == "$3" ]] || as_described=1
}

executed='executed, INSERT executed, rows: 1' refused='refused, INSERT refused, rows: 0'
for statement in 'TRUNCATE TABLE orders' 'ALTER TABLE orders ADD COLUMN note int' 'DROP TABLE orders'; do
    expect 'START TRANSACTION READ ONLY' "$statement" "$executed"
    expect 'SET SESSION TRANSACTION READ ONLY' "$statement" "$refused"
done
for statement in 'INSERT INTO orders VALUES (1)' 'SELECT NEXTVAL(numbers)' 'CREATE TEMPORARY TABLE drafts (id int)'; do
    expect 'START TRANSACTION READ ONLY' "$statement" "$refused"
done
exit $as_described
