namespace Cenote.Tests.Leasing;

public sealed class CancellationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_that_is_signalled_already_ends_the_rent_even_when_a_connection_is_idle(bool blocks)
    {
        await using var test = await TestPool.FullAsync(1);
        var cancelled = new CancellationToken(canceled: true);

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            blocks ? Patience.OnOwnThread(() => test.Pool.Rent(cancelled)).Soon() : test.Pool.RentAsync(cancelled).Soon());

        Assert.Equal(cancelled, exception.CancellationToken);
        Assert.Equal((1, 0), (test.Counts.Idle, test.Counts.Leased));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_waiter_leaves_the_queue_and_loses_nothing(bool blocks)
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        using var source = new CancellationTokenSource();
        var first = blocks ? Patience.OnOwnThread(() => test.Pool.Rent(source.Token)) : test.Pool.RentAsync(source.Token).AsTask();
        await test.When(counts => counts.Waiting == 1);
        var second = test.Pool.RentAsync().AsTask();

        await source.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Soon());
        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Equal(1, test.Counts.Waiting);
        held.Dispose();

        (await second.Soon()).Dispose();
        await test.When(counts => counts is { Idle: 1, Waiting: 0 });
        Assert.Equal(1, test.Pool.GetStatistics().Cancellations);
    }

    [Fact]
    public async Task A_token_that_is_signalled_after_the_rent_changes_nothing()
    {
        await using var test = await TestPool.FullAsync(1);
        using var source = new CancellationTokenSource();
        var lease = await test.Pool.RentAsync(source.Token);

        await source.CancelAsync();

        Assert.True(lease.IsActive);
        lease.Use();
        lease.Dispose();
        await test.When(counts => counts.Idle == 1);
    }

    [Fact]
    public async Task A_cancellation_during_the_hand_over_never_loses_the_connection()
    {
        await using var test = await TestPool.FullAsync(1);
        var outcomes = new int[2];
        for (var round = 0; round < 1000; round++)
        {
            var held = await test.Pool.RentAsync().Soon();
            using var source = new CancellationTokenSource();
            var rent = round % 2 == 0
                ? test.Pool.RentAsync(source.Token).AsTask()
                : Patience.OnOwnThread(() => test.Pool.Rent(source.Token));
            using var start = new Barrier(2);
            var cancel = Patience.OnOwnThread(() =>
            {
                start.SignalAndWait();
                source.Cancel();
                return true;
            });
            start.SignalAndWait();
            held.Dispose();
            try
            {
                var lease = await rent.Soon();
                lease.Use();
                lease.Dispose();
                outcomes[0]++;
            }
            catch (OperationCanceledException)
            {
                outcomes[1]++;
            }

            await cancel.Soon();
        }

        await test.When(counts => counts is { Idle: 1, Waiting: 0, Leased: 0 });
        Assert.Equal(1000, outcomes.Sum());
    }

    [Fact]
    public async Task A_cancelled_rent_does_not_cancel_the_open_that_it_started()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(script: new CallScript().At(StubCall.Open, 1, StubStep.Hang(gate)));
        using var source = new CancellationTokenSource();
        var rent = test.Pool.RentAsync(source.Token).AsTask();
        await test.Database.OpenStarted(1).Soon();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rent.Soon());
        Assert.Equal(1, test.Counts.Opening);
        gate.Release();

        await test.When(counts => counts is { Idle: 1, Opening: 0 });
        Assert.Equal(1, test.Database.Sessions);
    }

    [Fact]
    public async Task Ten_thousand_waiters_can_all_be_cancelled_at_once()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        using var source = new CancellationTokenSource();
        var rents = Enumerable.Range(0, 10_000).Select(_ => test.Pool.RentAsync(source.Token).AsTask()).ToArray();
        Assert.Equal(10_000, test.Counts.Waiting);

        await source.CancelAsync().Soon();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(rents).Soon());
        Assert.All(rents, rent => Assert.True(rent.IsCanceled));
        Assert.Equal(0, test.Counts.Waiting);
        Assert.Equal(10_000, test.Pool.GetStatistics().Cancellations);
    }
}
