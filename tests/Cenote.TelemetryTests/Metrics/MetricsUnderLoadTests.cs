using Cenote.TelemetryTests.Databases;
using Cenote.TelemetryTests.Scraping;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>Prometheus scrapes the exact numbers of a pool under load, for every database.</summary>
public sealed class MetricsUnderLoadTests(PrometheusHost host) : IClassFixture<PrometheusHost>
{
    [Theory]
    [InlineData(Db.Sqlite)]
    [InlineData(Db.PostgreSql)]
    [InlineData(Db.MariaDb)]
    public async Task Scrape_has_the_exact_numbers_of_the_work(Db db)
    {
        var name = $"load \"{db}\" \\ {Guid.NewGuid():N}";
        (string, string)[] pool = [("db_client_connection_pool_name", name), ("db_system_name", RealDatabase.SystemOf(db)), ("otel_scope_name", "Cenote")];
        // The server is not queried: that takes a connect of its own.
        var opened = new ConnectionPool(RealDatabase.NewProvider(db), new ConnectionPoolOptions { Name = name, MinSize = 2, MaxSize = 4, ServerDiagnosis = false });
        await using (opened)
        {
            await opened.WaitUntilReadyAsync().Soon();

            const int Clients = 8;
            const int Rounds = 50;
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(() => WorkAsync(opened, Rounds)))).Soon();
            var rents = Clients * Rounds;

            // All four connections are rented, three callers wait, one cancelled, one timed out.
            var leases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => opened.RentAsync().Soon()));
            rents += 4;
            var waiting = Enumerable.Range(0, 3).Select(_ => opened.RentAsync().Soon()).ToList();
            using var impatient = new CancellationTokenSource();
            var cancelled = opened.RentAsync(impatient.Token).Soon();
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            await Assert.ThrowsAsync<PoolTimeoutException>(() => opened.RentAsync(TimeSpan.FromMilliseconds(5)).Soon());

            var scrape = await host.ScrapeAsync();
            double Of(string metric, params (string, string)[] labels) => scrape.Find(metric, [.. pool, .. labels]) ?? throw new InvalidOperationException($"no {metric}\n{scrape.Text}");
            double Rents(string outcome) => Of("cenote_rents_total", ("cenote_rent_outcome", outcome));
            Assert.Equal(4, Of("db_client_connection_count", ("db_client_connection_state", "used")));
            Assert.Equal(0, Of("db_client_connection_count", ("db_client_connection_state", "idle")));
            Assert.Equal(4, Of("cenote_connection_count", ("cenote_connection_state", "leased")));
            Assert.Equal(0, Of("cenote_connection_count", ("cenote_connection_state", "idle")));
            Assert.Equal(4, Of("db_client_connection_max"));
            Assert.Equal(4, Of("db_client_connection_idle_max"));
            Assert.Equal(2, Of("db_client_connection_idle_min"));
            Assert.Equal(4, Of("cenote_connection_limit"));
            Assert.Equal(3, Of("db_client_connection_pending_requests"));
            Assert.Equal(1, Of("db_client_connection_timeouts_total"));
            Assert.Equal(1, Of("cenote_rent_failed_total", ("error_type", "timeout")));
            Assert.Equal(1, Of("cenote_rent_failed_total", ("error_type", "cancelled")));
            Assert.Equal(0, Of("cenote_rent_failed_total", ("error_type", "overloaded")));
            Assert.InRange(Of("cenote_rent_longest_wait_seconds"), 0.005, Patience.Limit.TotalSeconds);
            var queuedBefore = Rents("queued");
            Assert.InRange(queuedBefore, 1, rents);
            Assert.Equal(rents - queuedBefore, Rents("immediate"));

            // Returned connections serve the waiters; the first connection is closed.
            leases[0].RetireOnReturn();
            Array.ForEach(leases, static lease => lease.Dispose());
            foreach (var lease in await Task.WhenAll(waiting))
            {
                lease.Dispose();
            }

            rents += 3;
            await opened.WaitUntilIdleAsync().Soon();
            scrape = await host.ScrapeUntilAsync(
                found => found.Find("db_client_connection_wait_time_seconds_count", pool) >= rents
                    && found.Find("cenote_connection_count", [.. pool, ("cenote_connection_state", "opening")]) == 0
                    && found.Find("cenote_connection_closed_total", [.. pool, ("cenote_connection_close_reason", "requested_by_holder")]) == 1
                    && found.Find("cenote_connection_opened_total", pool) == found.Find("db_client_connection_create_time_seconds_count", pool),
                $"maintenance recorded the waits of all {rents} rents, and no connection was being opened, also while the scrape read one number after the other");

            Assert.Equal(0, Of("db_client_connection_count", ("db_client_connection_state", "used")));
            Assert.InRange(Of("db_client_connection_count", ("db_client_connection_state", "idle")), 2, 4);
            Assert.Equal(0, Of("db_client_connection_pending_requests"));
            Assert.Equal(0, Of("cenote_rent_longest_wait_seconds"));
            Assert.Equal((rents - queuedBefore - 3, queuedBefore + 3), (Rents("immediate"), Rents("queued")));
            Assert.Equal(rents, Of("db_client_connection_wait_time_seconds_count"));
            Assert.Equal(rents - queuedBefore - 3, Of("db_client_connection_wait_time_seconds_bucket", ("le", "0")));
            Assert.True(Of("db_client_connection_wait_time_seconds_sum") > 0);
            Assert.InRange(Of("db_client_connection_use_time_seconds_count"), 1, rents);
            Assert.True(Of("db_client_connection_use_time_seconds_sum") > 0);

            // One was closed on request. A replacement may have been opened for the waiters.
            Assert.Equal(1, Of("cenote_connection_closed_total", ("cenote_connection_close_reason", "requested_by_holder")));
            Assert.Equal(Of("cenote_connection_opened_total"), Of("db_client_connection_create_time_seconds_count"));
            Assert.Equal(Of("cenote_connection_opened_total") - 1, Of("db_client_connection_count", ("db_client_connection_state", "idle")));
            Assert.True(Of("db_client_connection_create_time_seconds_sum") > 0);

            // Every return but that one reset a session.
            Assert.Equal(rents - 1, Of("cenote_reset_started_total"));
            Assert.Equal(0, Of("cenote_reset_failed_total"));
            Assert.Equal(0, Of("cenote_connection_open_failures_total"));
            Assert.Equal(1, Of("cenote_circuit_state", ("cenote_circuit_state", "closed")));
            Assert.Equal(0, Of("cenote_circuit_state", ("cenote_circuit_state", "open")));
        }

        var after = await host.ScrapeAsync();
        Assert.DoesNotContain(after.Samples, sample => sample.Name.Contains("connection_max", StringComparison.Ordinal) && sample.Has(pool));
        Assert.DoesNotContain(after.Samples, sample => sample.Name.StartsWith("cenote_", StringComparison.Ordinal) && sample.Has(pool));
    }

    private static async Task WorkAsync(ConnectionPool pool, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            await using var lease = await pool.RentAsync();
            await using var command = lease.Connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync();
        }
    }
}
