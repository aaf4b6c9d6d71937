namespace Cenote.ProxyTests;

/// <summary>
/// A real Galera node that has lost its cluster: it lets clients in, answers a ping and SELECT 1, and refuses
/// everything else with error 1047.
/// </summary>
public sealed class GaleraTests : IAsyncLifetime
{
    private GaleraNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await GaleraNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Node_without_its_cluster_is_found_out_and_served_again_when_it_is_back()
    {
        ConnectionPool[] pools = [NewPool(ResetMode.Full), NewPool(ResetMode.Rollback), NewPool(ResetMode.None)];
        await using var first = pools[0];
        await using var second = pools[1];
        await using var third = pools[2];
        foreach (var pool in pools)
        {
            await pool.WarmUpAsync(2, cancellationToken: Stop);
        }

        await _node.LoseClusterAsync();
        foreach (var pool in pools)
        {
            // Validation finds out what a ping does not, and closes both; so does an open.
            Assert.Equal(0, await pool.ValidateIdleAsync(Stop));
            await Patience.SoonAsync(() => Fails(pool) && pool.GetCircuitStatus().State != CircuitState.Closed, "circuit");
            var finding = Assert.Single(pool.Diagnose().Findings);
            Assert.Equal(FindingKind.CircuitOpen, finding.Kind);
            Assert.Contains("wsrep_ready", finding.Recommendation, StringComparison.Ordinal);
        }

        await _node.FindClusterAsync();
        foreach (var pool in pools)
        {
            await Patience.SoonAsync(() => !Fails(pool), "served");
            Assert.Equal(0, await pool.ScalarAsync<int>("SELECT count(*) FROM lab.notes"));
        }
    }

    [Fact]
    public async Task Work_that_meets_such_a_node_is_run_again()
    {
        await using var pool = NewPool(ResetMode.Full);
        await pool.WarmUpAsync(1, cancellationToken: Stop);
        await _node.ExecuteAsync("SET GLOBAL wsrep_reject_queries = ALL");
        var tries = 0;
        var rows = await pool.ExecuteAsync(
            async (connection, _) =>
            {
                try
                {
                    tries++;
                    return await connection.ScalarAsync<int>("SELECT count(*) FROM lab.notes");
                }
                catch (DbException) when (tries == 1)
                {
                    await _node.ExecuteAsync("SET GLOBAL wsrep_reject_queries = NONE");
                    throw;
                }
            },
            new RetryOptions { IsIdempotent = true },
            Stop).Soon();
        Assert.Equal((0, 2), (rows, tries));
    }

    private ConnectionPool NewPool(ResetMode mode) => new ConnectionPoolBuilder().UseMySql(_node.ConnectionString).Configure(options =>
        (options.MinSize, options.MaxSize, options.ResetMode, options.MaxOpenRetries, options.AcquireTimeout) = (0, 2, mode, 0, TimeSpan.FromSeconds(20))).Build();

    /// <summary>By the blocking calls.</summary>
    private static bool Fails(ConnectionPool pool)
    {
        try
        {
            using var connection = pool.OpenConnection();
            return false;
        }
        catch (DbException)
        {
            return true;
        }
    }
}
