#!/usr/bin/env bash
# Versions: HAProxy 2.6.12 (Debian 12) in TCP mode, PostgreSQL 15, psql 15.
#
# One would guess: a client that cancels its statement through HAProxy with two servers ends it. HAProxy keeps a client's connection with its server, and the
# driver's cancel names the session by its process and key.
# What happens: PostgreSQL's cancel request is a connection of its own. With balance roundrobin, the default, it goes to the next server, which does not know
# the key and drops the request without an answer. The client sees a cancel that was sent, and the statement runs on, with its locks. With
# balance source both connections go to one server, and the cancel works.
#
# Debian packages: postgresql-15, postgresql-client-15, haproxy. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
PSQL=/usr/lib/postgresql/15/bin/psql BIN=/usr/lib/postgresql/15/bin
need 'postgresql-client-15 and haproxy' $PSQL /usr/sbin/haproxy
start_postgresql
FIRST=$PORT SECOND=$(free_port)
"${USER_PREFIX[@]}" env LC_ALL=C $BIN/initdb -D "$DIRECTORY/server/second" -U app -A trust -N >/dev/null
"${USER_PREFIX[@]}" $BIN/postgres -D "$DIRECTORY/server/second" -p "$SECOND" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off >"$DIRECTORY/second.log" 2>&1 &
ends_with_script INT
until_true $BIN/pg_isready -q -h 127.0.0.1 -p "$SECOND"
ask() { $PSQL -X -A -t "host=127.0.0.1 port=$1 user=app dbname=postgres" -c "$2"; }

# Starts a statement through HAProxy, presses Ctrl+C in psql, and prints on which servers it still runs some seconds later.
cancel() { # BALANCE
    local port proxy client server tries
    port=$(free_port)
    printf '%s\n' defaults ' mode tcp' ' timeout connect 2s' ' timeout client 1h' ' timeout server 1h' 'listen database' " bind 127.0.0.1:$port" " balance $1" \
        " server one 127.0.0.1:$FIRST" " server two 127.0.0.1:$SECOND" >"$DIRECTORY/haproxy.cfg"
    /usr/sbin/haproxy -db -f "$DIRECTORY/haproxy.cfg" >"$DIRECTORY/haproxy.log" 2>&1 & proxy=$!
    ends_with_script TERM
    until_true ask "$port" 'SELECT 1'
    setsid $PSQL -X "host=127.0.0.1 port=$port user=app dbname=postgres application_name=$1" -c 'SELECT pg_sleep(20)' >"$DIRECTORY/$1" 2>&1 & client=$!
    ends_with_script TERM
    until_true eval "[[ \$(runs $1) == 1 ]]"
    kill -INT "$client"
    until_true grep -q 'Cancel request sent' "$DIRECTORY/$1"
    for ((tries = 0; tries < 30; tries++)); do [[ $(runs "$1") != 0 ]] || break; sleep 0.1; done
    echo "$(runs "$1") running, psql: $(grep -o 'canceling statement due to user request\|Cancel request sent' "$DIRECTORY/$1" | paste -sd, | sed 's/^$/no answer/')"
    for server in $FIRST $SECOND; do ask "$server" "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '$1'" >/dev/null; done
    end "$client"
    end "$proxy"
}
runs() { local sum=0 server; for server in $FIRST $SECOND; do sum=$((sum + $(ask "$server" "SELECT count(*) FROM pg_stat_activity WHERE application_name = '$1' AND state = 'active'"))); done; echo $sum; }

roundrobin=$(cancel roundrobin) || exit 2
source=$(cancel source) || exit 2
echo "balance roundrobin, after a cancel: $roundrobin"
echo "balance source, after a cancel: $source"
[[ $roundrobin == 1\ running* && $source == 0\ running* ]]
