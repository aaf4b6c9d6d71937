namespace Cenote.ReadReplicasTests.Topology;

/// <summary>What a set says of itself, and remembers.</summary>
public sealed class SetDiagnosisTests
{
    [Fact]
    public async Task A_set_whose_servers_all_serve_is_healthy()
    {
        await using var test = await TestSet.CreateAsync();

        var diagnosis = test.Set.Diagnose();

        Assert.Equal((DiagnosisLevel.Healthy, "primary one, 2 of 2 replicas serve"), (diagnosis.Level, diagnosis.Summary));
        Assert.Empty(diagnosis.Findings);
    }

    [Fact]
    public async Task A_replica_that_is_out_is_named_with_the_reason_and_the_change_is_remembered()
    {
        await using var test = await TestSet.CreateAsync(configure: options => (options.ProbeInterval, options.MaxLag) = (TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan));
        test.Two.Die();
        await test.ProbeAsync(2);

        var finding = Assert.Single(test.Set.Diagnose().Findings);

        Assert.Equal((FindingKind.ReplicaEvicted, DiagnosisLevel.Degraded), (finding.Kind, finding.Level));
        Assert.StartsWith("two is out: its probes fail", finding.Summary, StringComparison.Ordinal);
        var last = test.Set.GetTopologyChanges()[^1];
        Assert.Equal((TopologyChangeKind.ReplicaEvicted, "two"), (last.Kind, last.Server.Name));
    }

    [Fact]
    public async Task Degraded_without_a_serving_replica_and_unhealthy_without_a_primary()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1, configure: options => (options.ProbeInterval, options.MaxLag) = (TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan));
        test.Two.Die();
        await test.ProbeAsync(2);
        Assert.Equal(FindingKind.NoReplica, Assert.Single(test.Set.Diagnose().Findings).Kind);

        test.One.Die();
        await test.ProbeAsync(2);

        var diagnosis = test.Set.Diagnose();
        Assert.Equal(DiagnosisLevel.Unhealthy, diagnosis.Level);
        Assert.Equal([FindingKind.NoPrimary, FindingKind.NoReplica], diagnosis.Findings.Select(finding => finding.Kind));
    }
}
