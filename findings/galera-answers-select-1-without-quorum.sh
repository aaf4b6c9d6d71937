#!/usr/bin/env bash
# Versions: MariaDB 10.11 with Galera 4 (galera-4 26.4, Debian 12).
#
# One would guess: a Galera node that has lost its cluster refuses everything ("WSREP has not yet prepared node for application use"),
# so that the usual validation queries of connection pools and health checks, a ping or SELECT 1, find it out.
# What happens: the node lets clients in, answers a ping, SELECT 1, SELECT @@…, SET and even queries on information_schema. It refuses
# what touches a table, and also BEGIN and DO 0, which touch none, with error 1047. So DO 0 is a validation and SELECT 1 is none.
#
# Debian packages: mariadb-server, mariadb-client, galera-4. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
PLUGIN=/usr/lib/galera/libgalera_smm.so
[[ -e $PLUGIN ]] || missing $PLUGIN galera-4
need mariadb-client mariadb
GROUP=$(free_port) STATE=$(free_port)
STOP_SIGNAL=KILL # a node without its cluster does not end in time
start_mariadb --binlog-format=ROW --innodb-autoinc-lock-mode=2 --wsrep-on=ON --wsrep-provider=$PLUGIN --wsrep-cluster-name=lab --wsrep-cluster-address=gcomm:// \
    --wsrep-node-address=127.0.0.1:$GROUP "--wsrep-provider-options=base_host=127.0.0.1;base_port=$GROUP;gmcast.listen_addr=tcp://127.0.0.1:$GROUP;ist.recv_addr=127.0.0.1:$STATE;pc.wait_prim_timeout=PT1S;pc.announce_timeout=PT1S"
ask() { timeout 60 mariadb --no-defaults -uroot -h127.0.0.1 -P$PORT -sN -e "$1" 2>&1; }
is_ready() { [[ $(ask "SHOW STATUS LIKE 'wsrep_ready'") == *ON ]]; }
until_true is_ready
ask 'CREATE DATABASE lab' >/dev/null
ask 'CREATE TABLE lab.t (n int)' >/dev/null

# The node looks for a cluster that is not there, and stays without one.
ask "SET GLOBAL wsrep_cluster_address = 'gcomm://127.0.0.1:1'" >/dev/null
echo "$(ask "SHOW STATUS LIKE 'wsrep_ready'"), cluster status $(ask "SHOW STATUS LIKE 'wsrep_cluster_status'")"
as_described=0
expect() { # works|1047 STATEMENT
    local answer; answer=$(ask "$2")
    local seen=works; [[ $answer != *1047* ]] || seen=1047
    echo "$2: $seen"
    [[ $seen == "$1" ]] || as_described=1
}
mariadb-admin --no-defaults -uroot -h127.0.0.1 -P$PORT ping || as_described=1
expect works 'SELECT 1'
expect works 'SELECT @@version'
expect works 'SET @a = 1'
expect works 'SELECT count(*) FROM information_schema.applicable_roles'
expect 1047 'DO 0'
expect 1047 'BEGIN'
expect 1047 'SELECT count(*) FROM lab.t'
exit $as_described
