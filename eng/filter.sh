# Finds the test projects that a filter may mean and the system packages that they need, to be sourced. Reads sources, so
# that nothing has to be built first.

# run_filtered TEXT
run_filtered() {
    local projects project groups filter=(-method "*$1*")
    [[ $1 != /* ]] || filter=(-filter "$1")
    mapfile -t projects < <(projects_matching "$1")
    if [[ ${#projects[@]} -eq 0 ]]; then
        echo "No test has a name with '$1' in it." >&2
        return 0
    fi
    mapfile -t groups < <(groups_needed "${projects[@]}")
    install_missing_packages "${groups[@]}" || echo "Going on without them: tests that need them fail." >&2
    for project in "${projects[@]}"; do
        dotnet_quietly build "$(dirname "$project")"
    done
    if grep -rqs --include='*.cs' CENOTE_TEST_PACKAGES "${projects[@]%/*}"; then
        pack_for_tests
    fi
    if [[ " ${groups[*]} " == *' servers '* ]]; then
        start_postgresql "${POSTGRESQL_OPTIONS[@]}" || true
        start_mariadb || true
    fi
    for project in "${projects[@]}"; do
        run_test_project "$project" "${filter[@]}"
    done
}

is_test_project() {
    grep -q 'Include="xunit.v3"' "$1"
}

# projects_matching TEXT: one a line. One too many is harmless, because the runner filters exactly.
projects_matching() {
    local project names
    for project in tests/*/*.csproj; do
        is_test_project "$project" || continue
        names=$(test_names "$(dirname "$project")")
        if may_match "$1" "$(basename "$project" .csproj)" "$names"; then
            echo "$project"
        fi
    done
}

# test_names FOLDER: the namespaces, types and methods that its sources declare, one a line.
test_names() {
    grep -rhoE --include='*.cs' --exclude-dir=obj --exclude-dir=bin \
        '^namespace [A-Za-z0-9_.]+|(class|record|struct) +[A-Za-z0-9_]+|(Task|void|ValueTask|bool)(<[^>]*>)? +[A-Za-z0-9_]+ *\(' "$1" |
        sed -E 's/^namespace //; s/ *\($//; s/.* //' | sort -u
}

# may_match TEXT PROJECT NAMES: each part of a name must be declared somewhere in the project. Of a query only the project is read.
may_match() {
    local part parts
    if [[ $1 == /* ]]; then
        part=${1#/}
        part=${part%%/*}
        # shellcheck disable=SC2053 # A pattern it is.
        [[ ! $part =~ ^[A-Za-z0-9._*]+$ || $2 == $part ]]
        return
    fi
    IFS=. read -ra parts <<<"$1"
    for part in "${parts[@]}"; do
        # Namespaces have dots, and each of their parts is one.
        grep -qiF -- "$part" <<<"$3" || return 1
    done
}

# groups_needed PROJECT...: the groups of packages (eng/packages.sh) that their sources use, one a line.
groups_needed() {
    local project folder
    for project; do
        folder=$(dirname "$project")
        ! uses "$folder" 'CENOTE_TEST_(POSTGRESQL|MYSQL)|Cenote\.TestServers' || echo servers
        ! uses "$folder" 'Microsoft\.Playwright' || echo browser
        ! uses "$folder" 'promtool' || echo prometheus
        ! uses "$folder" '[Pp]g[Bb]ouncer|[Pp]gpool|HaProxy|libgalera' || echo proxies
        ! uses "$folder" 'psqlodbcw' || echo odbc
        ! uses "$folder" 'FirebirdServer' || echo firebird
    done | sort -u
}

uses() {
    grep -rqE --include='*.cs' --include='*.csproj' --exclude-dir=obj --exclude-dir=bin "$2" "$1"
}
