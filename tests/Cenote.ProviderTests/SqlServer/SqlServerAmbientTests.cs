using System.Transactions;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>The driver in an ambient transaction, with a scripted server that knows one transaction.</summary>
public sealed class SqlServerAmbientTests : SqlServerSuite
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_stays_with_its_scope_and_is_free_afterwards(bool completes)
    {
        await using var pool = NewPool(maxSize: 2);
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            int first;
            await using (var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken))
            {
                first = await connection.ScalarAsync<int>("SELECT @@SPID");
                Assert.True(Assert.Single(Server.Sessions).IsInTransaction);
            }

            await using (var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken))
            {
                Assert.Equal(first, await connection.ScalarAsync<int>("SELECT @@SPID"));
            }

            Assert.True(Assert.Single(Server.Sessions).IsInTransaction);
            if (completes)
            {
                scope.Complete();
            }
        }

        Assert.False(Assert.Single(Server.Sessions).IsInTransaction);
        await UntilAsync(() => pool.GetStatistics().Counts is { Leased: 0, Idle: 1 });
        Assert.Equal((1L, 1), (pool.GetStatistics().Enlistments, Server.Logins.Count));
    }
}
