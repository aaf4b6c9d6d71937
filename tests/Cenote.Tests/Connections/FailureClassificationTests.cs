namespace Cenote.Tests.Connections;

/// <summary>What the pool does with a failure that a holder meets, and who decides what it means.</summary>
public sealed class FailureClassificationTests
{
    [Fact]
    public async Task A_loss_noticed_by_a_command_retires_it_and_validates_the_idle_ones()
    {
        await using var test = await TestPool.FullAsync(2);
        var before = test.Database.Calls(StubCall.Validate).Started;
        await using (var connection = await test.Pool.OpenConnectionAsync().Soon())
        {
            test.Script.Always(StubCall.Execute, StubStep.Fail(FailureKind.ConnectionLost));
            await Assert.ThrowsAsync<StubException>(() => Command(connection).ExecuteNonQueryAsync());
            test.Script.Heal(StubCall.Execute);
        }

        var leases = await test.RentAsync(2);
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ConnectionLost]);
        Assert.Equal(before + 1, test.Database.Calls(StubCall.Validate).Started);
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task A_failure_on_a_raw_lease_counts_once_it_is_reported()
    {
        await using var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();
        Assert.Equal(FailureKind.ConnectionLost, lease.ReportFailure(new StubException(FailureKind.ConnectionLost)));
        lease.Dispose();
        await test.StatisticsAre(statistics => statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.ConnectionLost) == 1);

        // Neither a lease that has ended nor one that never was harms anybody.
        await test.When(counts => counts.Idle == 1);
        lease.ReportFailure(new StubException(FailureKind.ConnectionLost));
        Assert.Throws<ObjectDisposedException>(() => default(ConnectionLease).ReportFailure(new StubException(FailureKind.Other)));
        (await test.Pool.RentAsync().Soon()).Dispose();
        Assert.Equal(2, test.Pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task A_connection_to_a_server_that_has_become_read_only_is_not_rented_again()
    {
        await using var test = await TestPool.FullAsync(1);
        await using (var connection = await test.Pool.OpenConnectionAsync().Soon())
        {
            test.Script.Always(StubCall.Execute, StubStep.Fail(FailureKind.ReadOnlyServer));
            await Assert.ThrowsAsync<StubException>(() => Command(connection).ExecuteNonQueryAsync());
            test.Script.Heal(StubCall.Execute);
        }

        (await test.Pool.RentAsync().Soon()).Dispose();
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ReadOnlyServer]);
        Assert.Equal(2, test.Pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task The_users_classification_goes_before_the_providers()
    {
        await using var test = await TestPool.FullAsync(
            1, options => options.FailureClassifier = exception => exception is StubException { Kind: FailureKind.Other } ? FailureKind.ConnectionLost : null);
        using var lease = await test.Pool.RentAsync();

        Assert.Equal(FailureKind.ConnectionLost, lease.ReportFailure(new StubException(FailureKind.Other)));
        Assert.Equal(FailureKind.Transient, lease.ReportFailure(new StubException(FailureKind.Transient)));
    }

    [Fact]
    public async Task A_classification_that_throws_or_is_invalid_leaves_the_providers()
    {
        await using var test = await TestPool.FullAsync(
            1, options => options.FailureClassifier = exception => exception is StubException ? (FailureKind)99 : throw new InvalidCastException());
        using var lease = await test.Pool.RentAsync();

        Assert.Equal(FailureKind.Transient, lease.ReportFailure(new StubException(FailureKind.Transient)));
        Assert.Equal(FailureKind.ConnectionLost, lease.ReportFailure(new IOException()));
    }

    [Theory]
    [InlineData(SessionReset.ByPool, ResetMode.Full)]
    [InlineData(SessionReset.ByPool, ResetMode.None)]
    [InlineData(SessionReset.ByDriver, ResetMode.Full)]
    public async Task After_a_timeout_the_connection_is_validated_before_its_next_lease(SessionReset clearing, ResetMode mode)
    {
        await using var test = await TestPool.FullAsync(1, options => options.ResetMode = mode, TestPool.Clearing(clearing));
        var gate = new StubGate();
        test.Script.Always(StubCall.Validate, StubStep.Hang(gate));
        var lease = await test.Pool.RentAsync();
        lease.ReportFailure(new StubException(FailureKind.QueryTimeout));
        lease.Dispose();

        await test.When(counts => counts.Validating == 1);
        var next = test.Pool.RentAsync().AsTask();
        Assert.False(next.IsCompleted);
        gate.Release();
        (await next.Soon()).Dispose();
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsOpened);

        // Once is enough.
        var validations = test.Database.Calls(StubCall.Validate).Started;
        (await test.Pool.RentAsync().Soon()).Dispose();
        await test.When(counts => counts.Idle == 1);
        Assert.Equal(validations, test.Database.Calls(StubCall.Validate).Started);
    }

    [Fact]
    public async Task A_cancel_that_may_still_be_on_its_way_costs_the_connection()
    {
        await using var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();
        lease.ReportFailure(new OperationCanceledException("cancelled", new StubException(FailureKind.Other)));
        lease.Dispose();

        (await test.Pool.RentAsync().Soon()).Dispose();
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.CancelOutcomeUnknown]);
    }

    private static PooledCommand Command(PooledConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        return command;
    }
}
