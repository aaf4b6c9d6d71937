#!/usr/bin/env bash
# Versions: MariaDB 10.11 (Debian 12), with its own client.
#
# One would guess: @@server_id is the number of the server, the same for whoever asks, as @@hostname and @@port are, and as it is in MySQL, where it exists
# for the server only. A monitor that keeps its connection and asks for it sees at once that a server was given another number.
# What happens: in MariaDB it is a variable of the session too, copied when the session begins. An open session goes on to report the number that the server had
# then. @@global.server_id is what was meant.
#
# Debian packages: mariadb-server. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
start_mariadb --skip-grant-tables --skip-networking=0 --server-id=7

client() { mariadb --no-defaults -uroot -h 127.0.0.1 -P "$PORT" --batch --skip-column-names --unbuffered "$@"; }

# A session that stays open, and is asked again after the change.
coproc OPEN { client; }
ask() { echo "$1" >&"${OPEN[1]}"; read -r -t 20 REPLY <&"${OPEN[0]}"; echo "$REPLY"; }
before=$(ask 'SELECT @@server_id;')
client -e 'SET GLOBAL server_id = 8'
after=$(ask 'SELECT @@server_id;')
meant=$(ask 'SELECT @@global.server_id;')
anew=$(client -e 'SELECT @@server_id')
echo "open session before: $before, after SET GLOBAL server_id = 8: $after, its @@global.server_id: $meant; a session that begins then: $anew"
[[ "$before $after $meant $anew" == '7 7 8 8' ]] || exit 1
