# Proofs at the lengths that the documentation quotes, to be sourced. Each is a test of the ordinary run, which is shorter there.

# PROJECT METHOD VARIABLE...
fleet_labs() {
    cat <<'LABS'
Cenote.ProviderTests *The_server_never_has_more_connections_under_an_uneven_load CENOTE_BUDGET_POOLS=1000 CENOTE_BUDGET_SIZE=100 CENOTE_BUDGET_LEASES=60000
Cenote.ProviderTests *Pools_with_equal_demand_are_served_equally CENOTE_BUDGET_POOLS=100 CENOTE_BUDGET_SIZE=20 CENOTE_BUDGET_LEASES=20000
Cenote.Tests Cenote.Tests.Budgets.* CENOTE_BUDGET_ROUNDS=1000 CENOTE_BUDGET_TENANTS=1000 CENOTE_BUDGET_TENANT_LEASES=60000 CENOTE_BUDGET_SIMULATION=8000
Cenote.Tests *It_finds_about_the_throughput_of_the_best_size_with_about_its_connections CENOTE_SIZING_RUNS=10
Cenote.ProviderTests *Size_is_measured_on_a_real_server CENOTE_SIZING_LAB=60
Cenote.ProviderTests *SessionLeakTests.* CENOTE_LEAK_ROUNDS=20000
Cenote.ProviderTests *RowLevelSecurityTests.* CENOTE_CONTEXT_LEASES=1000000
Cenote.AdoNetTests *LateCancelTests.* CENOTE_CANCEL_ROUNDS=1000
Cenote.SharedBudgetTests *The_server_counts_no_more_sessions_than_the_budget CENOTE_SHARED_LAB=300
Cenote.SharedBudgetTests *The_server_never_has_more_sessions_than_the_budget CENOTE_SHARED_RUNS=10000
Cenote.SharedBudgetTests *The_server_never_has_more_sessions_than_the_budget CENOTE_SHARED_RUNS=10000 CENOTE_SHARED_INSTANCES=1000
Cenote.ReadReplicasTests *CausalReadTests.* CENOTE_CAUSAL_READS=100000
Cenote.FaultTests *UnansweredCommitTests.* CENOTE_COMMIT_ROUNDS=10000 CENOTE_COMMIT_KILLS=40
LABS
}

# run_fleet: one lab after the other; what they say is in TestResults/fleet/.
run_fleet() {
    local project method variables log number=0
    dotnet_quietly build Cenote.slnx
    start_postgresql "${POSTGRESQL_OPTIONS[@]}"
    start_mariadb
    mkdir -p "$REPORTS/fleet"
    while read -r project method variables; do
        number=$((number + 1))
        log=$REPORTS/fleet/$number.txt
        echo "$project $method $variables"
        run_lab "$project" "$method" "$log" $variables
    done < <(fleet_labs)
    echo 'interleavings, 2000 schedules each'
    run_interleavings_at_length
    run_trimmed_consumers
}

# run_lab PROJECT METHOD LOG VARIABLE...
run_lab() {
    local project=$1 method=$2 log=$3 report=$3.xml status=0 started=$SECONDS passed failed
    shift 3
    rm -f "$report"
    env "$@" dotnet "tests/$project/bin/Release/net10.0/$project.dll" -noLogo -noColor -noAutoReporters -failSkips -showLiveOutput \
        -result-xml "$report" -method "$method" </dev/null >"$log" 2>&1 || status=$?
    sed -n 's/.*\[OUTPUT\] /    /p' "$log"
    passed=$(count_in "$report" passed)
    failed=$(count_in "$report" failed)
    [[ ${passed:-0} -gt 0 && ($status -eq 0 || ${failed:-0} -gt 0) ]] || failed=$((${failed:-0} + 1))
    [[ $failed -eq 0 ]] || { tail -n 40 "$log" >&2; remember_failures "$report"; }
    count "$method" "${passed:-0}" "$failed" "$started"
}

run_interleavings_at_length() {
    local status=0 started=$SECONDS
    bash eng/interleavings.sh '' 2000 >"$REPORTS/interleavings.log" 2>&1 || status=$?
    echo "$status" >"$REPORTS/interleavings.status"
    count_interleavings "$started"
}

# The ways that ./test leaves out, because NativeAOT trims as well.
run_trimmed_consumers() {
    local status=0
    pack_for_tests
    bash eng/consumers.sh "$PACKAGES_DIRECTORY" "$CONSUMERS_DIRECTORY" trimmed >"$REPORTS/consumers.log" 2>&1 || status=$?
    echo "$status" >"$REPORTS/consumers.status"
    run_consumers trimmed
}
