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
refused() { grep -c 'ERROR 1792'; }
try() { # BEGINNING STATEMENT
    printf '%s\n' 'DROP TABLE IF EXISTS orders;' 'CREATE TABLE orders (id int);' 'INSERT INTO orders VALUES (1);' | client
    printf '%s\n' "$1;" "$2;" 'INSERT INTO orders VALUES (2);' | client | refused
    printf '%s\n' 'SELECT group_concat(id) FROM orders;' | client
}
of_transaction=$(try 'START TRANSACTION READ ONLY' 'TRUNCATE TABLE orders' | paste -sd' ')
alone=$(try 'START TRANSACTION READ ONLY' 'SELECT 1' | tail -n 2 | paste -sd' ')
of_session=$(try 'SET SESSION TRANSACTION READ ONLY' 'TRUNCATE TABLE orders' | paste -sd' ')
echo "refused statements and rows after START TRANSACTION READ ONLY, TRUNCATE, INSERT of 2: $of_transaction"
echo "the same without TRUNCATE: $alone"
echo "the same with SET SESSION TRANSACTION READ ONLY and TRUNCATE: $of_session"
[[ $of_transaction == '0 2' && $alone == '1 1' && $of_session == '2 1' ]]
