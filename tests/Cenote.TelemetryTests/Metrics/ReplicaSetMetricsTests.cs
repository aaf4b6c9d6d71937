using Cenote.TelemetryTests.Scraping;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>What Prometheus scrapes of a set: its servers, and what became of reads and writes.</summary>
public sealed class ReplicaSetMetricsTests(PrometheusHost host) : IClassFixture<PrometheusHost>
{
    [Fact]
    public async Task A_scrape_contains_lag_roles_and_failovers()
    {
        var test = await StubSet.CreateAsync();
        await using (test)
        {
            await test.Set.ProbeAsync().Soon();
            (await test.Set.RentReadAsync().Soon()).Dispose();

            var scrape = await host.ScrapeAsync();
            Assert.Equal(2.5, Of(scrape, "cenote_replica_lag_seconds", Server(test, "two")));
            Assert.Null(scrape.Find("cenote_replica_lag_seconds", Server(test, "one")));
            Assert.InRange(Of(scrape, "cenote_replica_latency_seconds", Server(test, "one")), 0, Patience.Limit.TotalSeconds);
            Assert.Equal(("primary", "serving"), (One(scrape, test, "one", "cenote_replica_role"), One(scrape, test, "one", "cenote_replica_state")));
            Assert.Equal(("replica", "serving"), (One(scrape, test, "two", "cenote_replica_role"), One(scrape, test, "two", "cenote_replica_state")));
            Assert.InRange(Of(scrape, "cenote_replica_probes_total", [.. Server(test, "two"), ("cenote_probe_outcome", "success")]), 2, double.MaxValue);
            Assert.Equal(0, Of(scrape, "cenote_replica_probes_total", [.. Server(test, "two"), ("cenote_probe_outcome", "failure")]));
            Assert.Equal(0, OfSet(scrape, test, "cenote_replica_set_failovers_total"));
            Assert.Equal(0, OfSet(scrape, test, "cenote_replica_set_reads_on_primary_total"));

            // The read that follows has only the new primary.
            await test.FailOverAsync();
            (await test.Set.RentReadAsync().Soon()).Dispose();

            scrape = await host.ScrapeAsync();
            Assert.Equal(1, OfSet(scrape, test, "cenote_replica_set_failovers_total"));
            Assert.Equal(1, OfSet(scrape, test, "cenote_replica_set_reads_on_primary_total"));
            Assert.Equal(("primary", "serving"), (One(scrape, test, "two", "cenote_replica_role"), One(scrape, test, "two", "cenote_replica_state")));
            Assert.Equal("unreachable", One(scrape, test, "one", "cenote_replica_state"));
            Assert.Null(scrape.Find("cenote_replica_lag_seconds", Server(test, "two")));
            Assert.InRange(Of(scrape, "cenote_replica_probes_total", [.. Server(test, "one"), ("cenote_probe_outcome", "failure")]), 2, double.MaxValue);

            // It was evicted from the rotation when it became the primary.
            Assert.Equal(1, Of(scrape, "cenote_replica_evictions_total", Server(test, "two")));
            Assert.Equal((0, 0), (
                OfSet(scrape, test, "cenote_replica_set_refused_total", ("cenote_replica_set_intent", "read")),
                OfSet(scrape, test, "cenote_replica_set_refused_total", ("cenote_replica_set_intent", "write"))));
            foreach (var outcome in (string[])["immediate", "after_wait", "on_primary"])
            {
                Assert.Equal(0, OfSet(scrape, test, "cenote_replica_set_causal_reads_total", ("cenote_causal_read_outcome", outcome)));
            }
        }

        Assert.DoesNotContain((await host.ScrapeAsync()).Samples, sample => sample.Has([("cenote_replica_set_name", test.Name)]));
    }

    private static (string, string)[] Server(StubSet test, string server) =>
        [("cenote_replica_set_name", test.Name), ("cenote_replica_name", server), ("db_client_connection_pool_name", $"{test.Name}/{server}")];

    /// <summary>What a server is, of the things that it could be.</summary>
    private static string One(Scrape scrape, StubSet test, string server, string metric) =>
        scrape.Samples.Single(sample => sample.Name == metric && sample.Has(Server(test, server)) && sample.Value == 1).Labels[metric];

    private static double OfSet(Scrape scrape, StubSet test, string metric, params (string, string)[] labels) =>
        Of(scrape, metric, [("cenote_replica_set_name", test.Name), .. labels]);

    private static double Of(Scrape scrape, string metric, params (string, string)[] labels) =>
        scrape.Find(metric, labels) ?? throw new InvalidOperationException($"no {metric} with {string.Join(", ", labels)}\n{scrape.Text}");
}
