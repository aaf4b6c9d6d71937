using System.Transactions;

namespace Cenote.ReadReplicasTests.Routing;

/// <summary>All work of an ambient transaction is on the primary, and the set's own work does not mind one.</summary>
public sealed class AmbientTransactionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Set_that_joins_no_scope_rents_nothing_within_one(bool isSuspended)
    {
        await using var test = await TestSet.CreateAsync(pools: options => options.AmbientTransactionBehavior = AmbientTransactionBehavior.Throw);
        if (isSuspended)
        {
            // No short path then.
            foreach (var server in test.Set.Servers)
            {
                server.Pool.Suspend();
            }
        }

        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Set.RentReadAsync(Stop).Soon());
            await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Set.RentWriteAsync(Stop).Soon());
            await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Set.ReadDataSource.OpenConnectionAsync(Stop));
            await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Set.WriteDataSource.OpenConnectionAsync(Stop));
            Assert.Throws<NotSupportedException>(() => test.Set.RentRead(Stop));
            Assert.Throws<NotSupportedException>(() => test.Set.RentWrite(Stop));
            await using var command = test.Set.CreateCommand("SELECT 1");
            await Assert.ThrowsAsync<NotSupportedException>(() => command.ExecuteScalarAsync(Stop));
        }

        Assert.All(test.Set.Servers, server => Assert.Equal(0, server.Pool.GetStatistics().Counts.Leased));
    }

    [Fact]
    public async Task Reads_and_writes_of_a_scope_have_one_session_of_the_primary()
    {
        await using var test = await TestSet.CreateAsync();
        var primary = test.Set.Servers[0].Pool;
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            using (test.Set.BeginCausalScope())
            {
                await using var causal = await test.Set.RentReadAsync(Stop);
                Assert.Same(primary, causal.Pool);
            }

            foreach (var source in new[] { test.Set.ReadDataSource, test.Set.WriteDataSource })
            {
                await using var connection = await source.OpenConnectionAsync(Stop);
                Assert.Same(primary, connection.Pool);
            }

            using (var lease = test.Set.RentRead(Stop))
            {
                Assert.Same(primary, lease.Pool);
            }

            await using var command = test.Set.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(Stop);
            Assert.Equal(1, primary.GetStatistics().Counts.Leased);
            Assert.Equal(1, primary.GetStatistics().Enlistments);
        }

        Assert.All(test.Set.Servers, server => Assert.Equal(0, server.Pool.GetStatistics().Counts.Leased));
    }

    [Fact]
    public async Task Set_that_is_made_and_probed_within_a_scope_finds_its_servers()
    {
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        await using var test = await TestSet.CreateAsync();
        test.Two.Die();
        await test.ProbeAsync();
        test.Two.Revive();
        await test.ProbeAsync(5);
        Assert.All(test.Set.Servers, server => Assert.True(server.State == ReplicaSetServerState.Serving, $"{server.Name} is {server.State}"));
    }
}
