# The system packages that the tests need, to be sourced. Installs only missing ones, and keeps services from starting.

AS_ROOT=()
[[ $EUID -eq 0 ]] || AS_ROOT=(sudo -n)
SERVICE_POLICY=/usr/sbin/policy-rc.d
SERVICE_POLICY_ADDED=

# install_missing_packages GROUP...: servers, compiler, prometheus, browser, proxies, odbc, firebird, cluster, peers, npm
install_missing_packages() {
    local missing log status=0 group
    mapfile -t missing < <(for group; do "missing_${group}_packages"; done)
    if [[ ${#missing[@]} -eq 0 ]]; then
        return 0
    fi
    if ! command -v apt-get >/dev/null; then
        echo "Not a Debian or Ubuntu system: install by hand what corresponds to ${missing[*]}." >&2
        return 1
    fi
    if ! "${AS_ROOT[@]}" true 2>/dev/null; then
        echo "Missing packages: ${missing[*]}. Install them, or run this as root or with passwordless sudo." >&2
        return 1
    fi

    echo "Installing ${missing[*]}"
    log=$(mktemp)
    forbid_service_starts
    apt_get update >"$log" 2>&1 && apt_get install --yes --no-install-recommends "${missing[@]}" >>"$log" 2>&1 || status=$?
    allow_service_starts
    disable_services "${missing[@]}"
    [[ $status -eq 0 ]] || tail -20 "$log" >&2
    rm -f "$log"
    return $status
}

missing_servers_packages() {
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || echo postgresql
    { [[ -x /usr/sbin/mariadbd ]] && command -v mariadb-install-db && command -v my_print_defaults; } >/dev/null || echo mariadb-server
    [[ -x /usr/bin/redis-server ]] || echo redis-server
    { [[ -e /usr/share/i18n/locales/ru_RU ]] && command -v localedef; } >/dev/null || echo locales
}

# NativeAOT links with the compiler of the system.
missing_compiler_packages() {
    { command -v clang || command -v gcc; } >/dev/null || echo gcc
    [[ -e /usr/include/stdio.h ]] || echo libc6-dev
    [[ -e /usr/include/zlib.h ]] || echo zlib1g-dev
}

# The checker of alert rules comes with the server, which is not started.
missing_prometheus_packages() {
    command -v promtool >/dev/null || echo prometheus
}

# The dashboard is tested in a real browser. The tests look for the same names, in the same order (tests/Cenote.BrowserTests/Browsing/InstalledBrowser.cs).
missing_browser_packages() {
    local name
    [[ -z ${CENOTE_BROWSER:-} ]] || return 0
    for name in chromium google-chrome google-chrome-stable chromium-browser; do
        # Ubuntu's chromium-browser is a script that points to a snap, so that it must run, not only exist.
        ! "$name" --version >/dev/null 2>&1 || return 0
    done
    if grep -qsx 'ID=ubuntu' /etc/os-release; then
        echo "Ubuntu has Chromium only as a snap: the browser tests need Google Chrome, or a Chromium browser whose path is in CENOTE_BROWSER." >&2
        return 0
    fi
    echo chromium
}

# The pools of other languages that the benchmarks measure.
missing_peers_packages() {
    [[ -e /usr/share/java/HikariCP.jar ]] || echo libhikaricp-java
    [[ -e /usr/share/java/slf4j-nop.jar ]] || echo libslf4j-java
    command -v javac >/dev/null || echo default-jdk-headless
    missing_npm_packages
}

missing_npm_packages() {
    command -v node >/dev/null || echo nodejs
    command -v npm >/dev/null || echo npm
}

# Proxies before PostgreSQL and other servers, and the library that makes MariaDB a node of a cluster. The tests start them.
missing_proxies_packages() {
    [[ -x /usr/sbin/pgbouncer ]] || echo pgbouncer
    [[ -x /usr/sbin/pgpool ]] || echo pgpool2
    [[ -x /usr/sbin/haproxy ]] || echo haproxy
    [[ -e /usr/lib/galera/libgalera_smm.so ]] || echo galera-4
}

# Drivers for AdoNetProvider, and the driver manager, which System.Data.Odbc loads.
missing_odbc_packages() {
    compgen -G '/usr/lib/*/libodbc.so.2' >/dev/null || echo libodbc2
    compgen -G '/usr/lib/*/odbc/psqlodbcw.so' >/dev/null || echo odbc-postgresql
    compgen -G '/usr/lib/*/odbc/libmaodbc.so' >/dev/null || echo odbc-mariadb
    compgen -G '/usr/lib/*/odbc/libsqlite3odbc.so' >/dev/null || echo libsqliteodbc
}

# A database for AdoNetProvider, and the shell that creates its files.
missing_firebird_packages() {
    [[ -x /usr/sbin/firebird && -x /usr/bin/isql-fb ]] || echo firebird3.0-server
}

# The packages that make a cluster of the servers. MariaDB copies its data to a new member with rsync.
missing_cluster_packages() {
    [[ -x /usr/bin/patroni ]] || echo patroni
    [[ -x /usr/bin/etcd ]] || echo etcd-server
    [[ -e /usr/lib/galera/libgalera_smm.so ]] || echo galera-4
    command -v rsync >/dev/null || echo rsync
}

apt_get() {
    "${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"
}

# The tests start servers of their own: the ones that the packages bring stay off, now and after a reboot.
forbid_service_starts() {
    [[ ! -e $SERVICE_POLICY ]] || return 0
    SERVICE_POLICY_ADDED=1
    printf '#!/bin/sh\nexit 101\n' | "${AS_ROOT[@]}" tee "$SERVICE_POLICY" >/dev/null
    "${AS_ROOT[@]}" chmod 755 "$SERVICE_POLICY"
}

allow_service_starts() {
    [[ -n $SERVICE_POLICY_ADDED ]] || return 0
    "${AS_ROOT[@]}" rm -f "$SERVICE_POLICY"
    SERVICE_POLICY_ADDED=
}

disable_services() {
    local package
    [[ -d /run/systemd/system ]] || return 0
    for package; do
        case $package in
            postgresql) "${AS_ROOT[@]}" systemctl disable --quiet postgresql || true ;;
            mariadb-server) "${AS_ROOT[@]}" systemctl disable --quiet mariadb || true ;;
            firebird3.0-server) "${AS_ROOT[@]}" systemctl disable --quiet firebird3.0 || true ;;
            redis-server) "${AS_ROOT[@]}" systemctl disable --quiet redis-server || true ;;
            prometheus) "${AS_ROOT[@]}" systemctl disable --quiet prometheus || true ;;
            patroni) "${AS_ROOT[@]}" systemctl disable --quiet patroni || true ;;
            etcd-server) "${AS_ROOT[@]}" systemctl disable --quiet etcd || true ;;
            pgbouncer | pgpool2 | haproxy) "${AS_ROOT[@]}" systemctl disable --quiet "$package" || true ;;
        esac
    done
}
