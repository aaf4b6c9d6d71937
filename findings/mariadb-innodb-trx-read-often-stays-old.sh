#!/usr/bin/env bash
# Versions: MariaDB 10.11 (Debian 12), with its own client.
#
# One would guess: information_schema.INNODB_TRX shows the transactions of now, at worst those of the last read. A monitor that waits for a transaction
# to end may ask as often as it likes.
# What happens: the table is filled anew only if its last reader, of any session, read it 0.1 s or more ago. Each read begins those 0.1 s again. So as
# long as somebody reads more often, everybody sees the same old answer: here a transaction that ended two seconds ago, and not the one begun since.
#
# Debian packages: mariadb-server. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
start_mariadb --skip-grant-tables --skip-networking=0

client() { mariadb --no-defaults -uroot -h 127.0.0.1 -P "$PORT" --batch --skip-column-names --unbuffered "$@"; }
client -e 'CREATE DATABASE shop; CREATE TABLE shop.orders (id int PRIMARY KEY) ENGINE=InnoDB'

# One transaction is open until the end of it is asked for; one session reads 200 times.
mkfifo "$DIRECTORY/writer"
client <"$DIRECTORY/writer" >/dev/null &
WRITER=$!
exec 3>"$DIRECTORY/writer"
reads() { for ((i = 0; i < $2; i++)); do echo "SELECT COUNT(*) FROM information_schema.INNODB_TRX; DO SLEEP($1);"; done | client; }
is_open() { sleep 0.2; [[ $(client -e 'SELECT COUNT(*) FROM information_schema.INNODB_TRX') == 1 ]]; }

echo 'BEGIN; INSERT INTO shop.orders VALUES (1);' >&3
until_true is_open
reads 0.01 200 >"$DIRECTORY/often" &
READER=$!
until_true grep -q 1 "$DIRECTORY/often"
echo 'COMMIT; SELECT 1;' >&3
wait $READER
often=$(grep -c 1 "$DIRECTORY/often")
later=$(reads 0.15 20 | grep -c 1)
exec 3>&-
wait $WRITER
echo "a transaction that ended after the first of 200 reads 0.01 s apart is in $often of them, and in $later of 20 later reads 0.15 s apart"
[[ $often -eq 200 && $later -le 1 ]]
