using System.Transactions;

namespace Cenote.Tests.Ambient;

/// <summary>The end of an ambient transaction against everything else that may end its lease.</summary>
public sealed class EnlistmentTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Close_and_end_at_once_return_the_lease_once(bool isAutomatic, bool commits)
    {
        await using var test = await TestPool.FullAsync(1);
        for (var round = 0; round < 300; round++)
        {
            using var transaction = new CommittableTransaction();
            var connection = Open(test, transaction, isAutomatic);
            using var start = new Barrier(2);
            await Task.WhenAll(
                Patience.OnOwnThread(() => End(transaction, commits, start)),
                Patience.OnOwnThread(() =>
                {
                    start.SignalAndWait();
                    connection.Dispose();
                    return true;
                })).Soon();

            // Revoked before it was closed, or returned.
            await test.When(counts => counts is { Leased: 0, Idle: 1, Total: 1 });
        }

        Assert.Equal(300, test.Pool.GetStatistics().Rents);
        Assert.Equal(300, test.Pool.GetStatistics().Enlistments);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Revocation_and_end_at_once_close_or_return_the_connection(bool commits)
    {
        await using var test = await TestPool.FullAsync(1);
        for (var round = 0; round < 300; round++)
        {
            using var transaction = new CommittableTransaction();
            Open(test, transaction, isAutomatic: true).Dispose();
            var lease = Assert.Single(test.Pool.GetLeases());
            using var start = new Barrier(2);
            await Task.WhenAll(
                Patience.OnOwnThread(() => End(transaction, commits, start)),
                Patience.OnOwnThread(() =>
                {
                    start.SignalAndWait();
                    return test.Pool.TryRevoke(lease);
                })).Soon();
            await test.When(counts => counts is { Leased: 0, Idle: 1, Total: 1 });
        }
    }

    // One of them gets the session that the first holder left, the others get their own.
    [Fact]
    public async Task Opens_at_once_do_not_share_the_kept_session()
    {
        await using var test = await TestPool.FullAsync(1);
        for (var round = 0; round < 200; round++)
        {
            using var transaction = new CommittableTransaction();
            Open(test, transaction, isAutomatic: true).Dispose();
            var taken = 0;
            using var start = new Barrier(3);
            var opens = Enumerable.Range(0, 3).Select(_ => Patience.OnOwnThread(() =>
            {
                using var scope = new TransactionScope(transaction);
                start.SignalAndWait();
                if (test.Pool.TryRent(out var lease))
                {
                    Interlocked.Increment(ref taken);
                }

                start.SignalAndWait();
                lease.Dispose();
                scope.Complete();
                return true;
            }));
            await Task.WhenAll(opens).Soon();
            Assert.Equal(1, taken);
            transaction.Commit();
            await test.When(counts => counts is { Leased: 0, Idle: 1 });
        }
    }

    [Fact]
    public async Task Lease_in_a_transaction_is_not_a_leak_until_that_ends()
    {
        await using var test = await TestPool.FullAsync(1, options =>
        {
            options.LeakDetection.Threshold = TimeSpan.FromSeconds(10);
            options.LeakDetection.RevokeAfter = TimeSpan.FromSeconds(20);
        });
        using var transaction = new CommittableTransaction();
        await using var connection = Open(test, transaction, isAutomatic: false);
        await test.Pass(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
        Assert.Equal((0, 0), (test.Pool.GetStatistics().LeaksSuspected, test.Pool.GetStatistics().LeasesRevoked));
        Assert.Equal(1, test.Counts.Leased);
        transaction.Commit();
        await test.Pass(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
        await test.StatisticsAre(statistics => statistics is { LeaksSuspected: 1, LeasesRevoked: 1 });
    }

    [Fact]
    public async Task Commit_without_an_answer_closes_the_connection_and_is_an_event()
    {
        await using var test = await TestPool.FullAsync(1);
        test.Script.Always(StubCall.Commit, StubStep.Fail(FailureKind.ConnectionLost));
        var transaction = new CommittableTransaction();
        Open(test, transaction, isAutomatic: true).Dispose();
        Assert.Throws<TransactionInDoubtException>(transaction.Commit);
        await test.StatisticsAre(statistics => statistics.TransactionsInDoubt == 1 && statistics.ConnectionsClosedByReason.ContainsKey(CloseReason.TransactionFailed));
        Assert.Contains(test.Pool.GetEvents(), happened => happened.Kind == PoolEventKind.TransactionInDoubt);
    }

    private static PooledConnection Open(TestPool test, CommittableTransaction transaction, bool isAutomatic)
    {
        if (!isAutomatic)
        {
            var connection = test.Pool.OpenConnection();
            connection.EnlistTransaction(transaction);
            return connection;
        }

        using var scope = new TransactionScope(transaction);
        var opened = test.Pool.OpenConnection();
        scope.Complete();
        return opened;
    }

    private static bool End(CommittableTransaction transaction, bool commits, Barrier start)
    {
        start.SignalAndWait();
        try
        {
            if (commits)
            {
                transaction.Commit();
            }
            else
            {
                transaction.Rollback();
            }

            return true;
        }
        catch (TransactionException)
        {
            // Its session was revoked first.
            return false;
        }
    }
}
