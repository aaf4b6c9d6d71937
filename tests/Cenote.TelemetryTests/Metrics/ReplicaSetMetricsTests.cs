using Cenote.Providers;
using Cenote.ReadReplicas;
using Cenote.StubDriver;
using Cenote.TelemetryTests.Scraping;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>What Prometheus scrapes of a set: its servers, and what became of reads and writes.</summary>
public sealed class ReplicaSetMetricsTests(PrometheusHost host) : IClassFixture<PrometheusHost>
{
    private readonly string _name = $"set {Guid.NewGuid():N}";
    private readonly FakeTimeProvider _time = new();
    private readonly CallScript _onePulls = new();
    private readonly StubReplication _one = Say(ServerRole.Primary);
    private readonly StubReplication _two = Say(ServerRole.Replica);

    [Fact]
    public async Task A_scrape_tells_of_lag_parts_and_failovers()
    {
        var set = NewSet();
        await using (set)
        {
            await set.WaitUntilReadyAsync().Soon();
            _two.Say(static status => status with { Lag = TimeSpan.FromSeconds(2.5) });
            await set.ProbeAsync().Soon();
            (await set.RentForReadingAsync().Soon()).Dispose();

            var scrape = await host.ScrapeAsync();
            Assert.Equal(2.5, Of(scrape, "cenote_replica_lag_seconds", Server("two")));
            Assert.Null(scrape.Find("cenote_replica_lag_seconds", Server("one")));
            Assert.InRange(Of(scrape, "cenote_replica_latency_seconds", Server("one")), 0, Patience.Limit.TotalSeconds);
            Assert.Equal(("primary", "serving"), (Role(scrape, "one"), State(scrape, "one")));
            Assert.Equal(("replica", "serving"), (Role(scrape, "two"), State(scrape, "two")));
            Assert.InRange(Of(scrape, "cenote_replica_probes_total", [.. Server("two"), ("cenote_probe_outcome", "success")]), 2, double.MaxValue);
            Assert.Equal(0, Of(scrape, "cenote_replica_probes_total", [.. Server("two"), ("cenote_probe_outcome", "failure")]));
            Assert.Equal(0, OfSet(scrape, "cenote_replica_set_failovers_total"));
            Assert.Equal(0, OfSet(scrape, "cenote_replica_set_reads_on_primary_total"));
            Assert.Equal(1, Of(scrape, "cenote_rent_granted_total", ("db_client_connection_pool_name", $"{_name}/two")));

            // The primary dies, the replica is promoted: the one read has nobody but the primary.
            _onePulls.Always(StubCall.Open, StubStep.Fail()).Always(StubCall.Status, StubStep.Fail()).Always(StubCall.Validate, StubStep.Fail());
            _two.Say(static status => status with { Role = ServerRole.Primary, Lag = null, Timeline = 2 });
            await set.ProbeAsync().Soon();
            await set.ProbeAsync().Soon();
            (await set.RentForReadingAsync().Soon()).Dispose();

            scrape = await host.ScrapeAsync();
            Assert.Equal(1, OfSet(scrape, "cenote_replica_set_failovers_total"));
            Assert.Equal(1, OfSet(scrape, "cenote_replica_set_reads_on_primary_total"));
            Assert.Equal(("primary", "serving"), (Role(scrape, "two"), State(scrape, "two")));
            Assert.Equal("unreachable", State(scrape, "one"));
            Assert.Null(scrape.Find("cenote_replica_lag_seconds", Server("two")));
            Assert.InRange(Of(scrape, "cenote_replica_probes_total", [.. Server("one"), ("cenote_probe_outcome", "failure")]), 2, double.MaxValue);

            // It left the rotation of reads when it became the primary.
            Assert.Equal(1, Of(scrape, "cenote_replica_departures_total", Server("two")));
            foreach (var intent in (string[])["read", "write"])
            {
                Assert.Equal(0, OfSet(scrape, "cenote_replica_set_refused_total", ("cenote_replica_set_intent", intent)));
            }

            foreach (var outcome in (string[])["at_once", "after_wait", "on_primary"])
            {
                Assert.Equal(0, OfSet(scrape, "cenote_replica_set_causal_reads_total", ("cenote_causal_read_outcome", outcome)));
            }

            _onePulls.Heal(StubCall.Open).Heal(StubCall.Status).Heal(StubCall.Validate);
        }

        Assert.DoesNotContain((await host.ScrapeAsync()).Samples, sample => sample.Has([("cenote_replica_set_name", _name)]));
    }

    private ReplicaSet NewSet() => new ReplicaSetBuilder(_name)
        .Primary("one", NewPool("one", _one, _onePulls))
        .Replica("two", NewPool("two", _two, new CallScript()))
        .Configure(options => options.TimeProvider = _time)
        .Build();

    private ConnectionPool NewPool(string server, StubReplication replication, CallScript script) => new(
        new StubProvider(new StubDatabase { Script = script }) { Replication = replication },
        new ConnectionPoolOptions { Name = $"{_name}/{server}", MinSize = 1, MaxSize = 2, OpenRetries = 0, TimeProvider = _time });

    private (string, string)[] Server(string server) =>
        [("cenote_replica_set_name", _name), ("cenote_replica_name", server), ("db_client_connection_pool_name", $"{_name}/{server}")];

    private string State(Scrape scrape, string server) => scrape.Samples
        .Single(sample => sample.Name == "cenote_replica_state" && sample.Has(Server(server)) && sample.Value == 1).Labels["cenote_replica_state"];

    private string Role(Scrape scrape, string server) => scrape.Samples
        .Single(sample => sample.Name == "cenote_replica_role" && sample.Has(Server(server)) && sample.Value == 1).Labels["cenote_replica_role"];

    private double OfSet(Scrape scrape, string metric, params (string, string)[] labels) => Of(scrape, metric, [("cenote_replica_set_name", _name), .. labels]);

    private static double Of(Scrape scrape, string metric, params (string, string)[] labels) =>
        scrape.Find(metric, labels) ?? throw new InvalidOperationException($"no {metric} with {string.Join(", ", labels)}\n{scrape.Text}");

    private static StubReplication Say(ServerRole role)
    {
        var replication = new StubReplication();
        replication.Say(new ServerStatus { Role = role, Timeline = 1 });
        return replication;
    }
}
