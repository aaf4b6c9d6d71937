using System.Transactions;

namespace Cenote.ReadReplicasTests.Routing;

/// <summary>A set gives out no connection within an ambient transaction, and its own work does not mind one.</summary>
public sealed class AmbientTransactionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_rented_within_a_scope(bool isSuspended)
    {
        await using var test = await TestSet.CreateAsync();
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
