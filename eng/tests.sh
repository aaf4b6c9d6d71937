# Runs tests and counts them, to be sourced. Every function below adds to PASSED and FAILED.

PASSED=0
FAILED=0
FAILURES=()
REPORTS=$PWD/TestResults
PACKAGES_DIRECTORY=$PWD/artifacts/test-packages
CONSUMERS_DIRECTORY=$PWD/artifacts/consumers

# run_test_project CSPROJ [RUNNER_OPTION...]: a crash, a hang, a skipped test and a run without tests all count as failures.
run_test_project() {
    local name report passed failed errors status=0 started=$SECONDS
    name=$(basename "$1" .csproj)
    report=$REPORTS/$name.xml
    shift
    mkdir -p "$REPORTS"
    rm -f "$report"

    # Most code of a test run runs a few times only: it does not pay to observe it for a better compilation.
    watched "${CENOTE_TEST_TIME_LIMIT:-300}" env DOTNET_TieredPGO=0 dotnet "tests/$name/bin/Release/net10.0/$name.dll" \
        $(waiting_threads "$name") -noLogo -noColor -noAutoReporters -failSkips -reporter quiet -result-xml "$report" "$@" || status=$?

    passed=$(count_in "$report" passed)
    failed=$(count_in "$report" failed)
    errors=$(count_in "$report" errors)
    if [[ -z $passed || -z $failed || -z $errors ]]; then
        passed=0 failed=1 errors=0
        echo "$name: the test host ended without a report, exit code $status$(explain_status $status)" >&2
    elif [[ $status -ne 0 && $((failed + errors)) -eq 0 ]]; then
        failed=1
        echo "$name: no test failed, yet the test host ended with exit code $status$(explain_status $status)" >&2
    elif [[ $((passed + failed + errors)) -eq 0 && $# -eq 0 ]]; then
        failed=1
        echo "$name: no test ran" >&2
    fi
    [[ $((failed + errors)) -eq 0 ]] || remember_failures "$report"
    count "$name" "$passed" $((failed + errors)) "$started"
}

# waiting_threads NAME: tests that mostly wait, for a server or for a timeout, run four at a time. The others run one a
# core, as is the default.
waiting_threads() {
    case $1 in
        Cenote.AdoNetTests | Cenote.EntityFrameworkCoreTests | Cenote.ProviderTests | Cenote.ProxyTests | Cenote.ReadReplicasTests) echo '-maxThreads 4' ;;
        Cenote.SharedBudgetTests) echo '-maxThreads 4' ;;
    esac
}

# The packages that tests open, and that programs are built from.
pack_for_tests() {
    local status=0 log=$REPORTS/pack.log
    mkdir -p "$REPORTS"
    WATCHED_LOG=$log watched 600 ./pack --output "$PACKAGES_DIRECTORY" || status=$?
    [[ $status -eq 0 ]] || { cat "$log" >&2; return $status; }
    export CENOTE_TEST_PACKAGES=$PACKAGES_DIRECTORY
}

# Work without a server runs beside the tests, which wait now and then: checks the interleavings of the engine
# systematically, then builds programs from the packages. It has as much time as all tests together, and what is left of
# it runs alone at the end. It gives way to the tests, some of which compare times.
begin_beside_tests() {
    mkdir -p "$REPORTS"
    rm -f "$REPORTS"/interleavings.* "$REPORTS"/consumers.*
    begin_beside "$REPORTS/beside.log" 3000 nice -n 5 bash -c '
        bash eng/interleavings.sh "" 50 >"$1/interleavings.log" 2>&1; echo $? >"$1/interleavings.status"
        bash eng/consumers.sh "$2" "$3" plain aot >"$1/consumers.log" 2>&1; echo $? >"$1/consumers.status"' beside "$REPORTS" "$PACKAGES_DIRECTORY" "$CONSUMERS_DIRECTORY"
}

end_beside_tests() {
    local started=$SECONDS
    end_beside || cat "$REPORTS/beside.log" >&2
    count_interleavings "$started"
    run_consumers plain aot
}

count_interleavings() {
    local log=$REPORTS/interleavings.log status summary
    status=$(cat "$REPORTS/interleavings.status" 2>/dev/null || echo 124)
    summary=$(tail -1 "$log" 2>/dev/null || true)
    if [[ $summary =~ ^interleavings:\ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        local passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
        [[ $status -eq 0 || $failed -gt 0 ]] || failed=1
        [[ $passed -gt 0 || $failed -gt 0 ]] || failed=1
    else
        local passed=0 failed=1
    fi
    [[ $failed -eq 0 ]] || {
        cat "$log"
        echo "interleavings: exit code $status$(explain_status "$status")"
        mapfile -t -O ${#FAILURES[@]} FAILURES < <(sed -n 's/^FAILED //p' "$log")
    } >&2
    count interleavings "$passed" "$failed" "$1"
}

# run_consumers WAY...: runs the programs that were built from the packages, when no other test uses the servers.
run_consumers() {
    local started=$SECONDS status name way program passed=0 failed=0
    status=$(cat "$REPORTS/consumers.status" 2>/dev/null || echo 124)
    if [[ $status -ne 0 ]]; then
        cat "$REPORTS/consumers.log" >&2 || true
        echo "consumers: exit code $status$(explain_status "$status")" >&2
        failed=1
    fi
    for way; do
        for name in "console-$way" "web-$way"; do
            status=0
            program=("$CONSUMERS_DIRECTORY/$name/${name%-*}")
            [[ $way != plain ]] || program=(dotnet "$program.dll")
            WATCHED_LOG=$REPORTS/$name.log watched 60 "${program[@]}" || status=$?
            if [[ $status -eq 0 ]]; then
                passed=$((passed + 1))
            else
                cat "$REPORTS/$name.log" >&2
                echo "consumer $name: exit code $status$(explain_status "$status")" >&2
                failed=$((failed + 1))
            fi
        done
    done
    count consumers "$passed" "$failed" "$started"
}

# run_fault_lab soak MINUTES [SEED] | run_fault_lab reliability PAGE
run_fault_lab() {
    local status=0 started=$SECONDS limit=900
    [[ $1 != soak ]] || limit=$(( ${2%.*} * 60 + 300 ))
    {
        dotnet_quietly build tests/Cenote.FaultTests && watched "$limit" dotnet tests/Cenote.FaultTests/bin/Release/net10.0/Cenote.FaultTests.dll "$@"
    } || status=$?
    [[ $status -eq 0 ]] || echo "$1: exit code $status$(explain_status $status)" >&2
    count "$1" $((status == 0)) $((status != 0)) "$started"
}

# run_cluster_lab PAGE
run_cluster_lab() {
    local report=$REPORTS/cluster.txt status=0 started=$SECONDS summary=
    mkdir -p "$REPORTS"
    rm -f "$report"
    {
        dotnet_quietly build tests/Cenote.ClusterLab &&
            watched 900 dotnet tests/Cenote.ClusterLab/bin/Release/net10.0/Cenote.ClusterLab.dll run "$1" "$report"
    } || status=$?
    [[ ! -e $report ]] || summary=$(tail -1 "$report")
    if [[ $summary =~ ^cluster:\ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        local passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
        [[ $status -eq 0 || $failed -gt 0 ]] || failed=1
    else
        local passed=0 failed=1
    fi
    [[ $failed -eq 0 ]] || echo "cluster: exit code $status$(explain_status $status)" >&2
    count cluster "$passed" "$failed" "$started"
}

# count NAME PASSED FAILED STARTED
count() {
    PASSED=$((PASSED + $2))
    FAILED=$((FAILED + $3))
    echo "$1: $2 passed, $3 failed ($((SECONDS - $4)) s)"
}

# remember_failures REPORT: names of failed tests, each with the first line of its message.
remember_failures() {
    [[ -e $1 ]] || return 0
    mapfile -t -O ${#FAILURES[@]} FAILURES < <(
        sed 's/<test /\n&/g' "$1" | sed -n 's/^<test [^>]* name="\([^"]*\)" result="Fail".*<message>\([^<]*\).*/\1: \2/p')
}

# Repeats at the end what failed, because the reports of many tests stand between it and the last line.
list_failures() {
    [[ ${#FAILURES[@]} -eq 0 ]] || printf 'failed: %s\n' "${FAILURES[@]}" >&2
}

# count_in REPORT ATTRIBUTE: the number in the report's <assembly> element; nothing without one.
count_in() {
    [[ ! -e $1 ]] || sed -n "s/.*<assembly [^>]* $2=\"\([0-9]*\)\".*/\1/p" "$1" | head -1
}

explain_status() {
    case $1 in
        124) echo ' (ran out of time)' ;;
        134) echo ' (aborted)' ;;
        137) echo ' (killed)' ;;
        139) echo ' (segmentation fault)' ;;
    esac
}
