namespace Cenote.Tests.Leasing;

/// <summary>A reset that travels with the first command of the caller that waited for the connection.</summary>
public sealed class DeferredResetTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_waits_for_the_command_of_a_caller_that_waited(bool isAwaited)
    {
        await using var test = await FullAsync();
        var held = await test.Pool.RentAsync();
        held.Use();
        var waiting = test.Pool.RentAsync();

        await ReturnAsync(held, isAwaited);

        using var lease = await waiting.AsTask().Soon();
        var session = lease.Stub().Session!;
        Assert.True(session.IsDeferred);
        lease.Use();
        Assert.Equal((false, 1), (session.IsDeferred, session.Resets));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_is_sent_at_the_return_when_no_caller_waits(bool isAwaited)
    {
        await using var test = await FullAsync();
        var held = await test.Pool.RentAsync();
        var session = held.Stub().Session!;
        held.Use();

        await ReturnAsync(held, isAwaited);

        Assert.Equal((false, 1), (session.IsDeferred, session.Resets));
    }

    [Fact]
    public async Task Reset_is_sent_before_the_connection_is_idle_when_the_caller_has_left()
    {
        await using var test = await FullAsync();
        var held = await test.Pool.RentAsync();
        var session = held.Stub().Session!;
        held.Use();
        using var cancel = new CancellationTokenSource();
        var waiting = test.Pool.RentAsync(cancel.Token).AsTask();
        test.Database.Deferring = cancel.Cancel;

        held.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        Assert.Equal((false, 1), (session.IsDeferred, session.Resets));
        Assert.Equal(1, test.Counts.Idle);
    }

    [Fact]
    public async Task Reset_is_sent_alone_when_the_holder_sends_nothing()
    {
        await using var test = await FullAsync();
        var held = await test.Pool.RentAsync();
        held.Use();
        var waiting = test.Pool.RentAsync().AsTask();
        held.Dispose();
        using var lease = await waiting.Soon();
        var session = lease.Stub().Session!;

        test.Time.Advance(TimeSpan.FromMilliseconds(5));

        Assert.Equal((false, 1), (session.IsDeferred, session.Resets));

        // The timer is armed again by the next one.
        lease.Use();
        waiting = test.Pool.RentAsync().AsTask();
        lease.Dispose();
        using var next = await waiting.Soon();
        Assert.True(session.IsDeferred);
        test.Time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal((false, 2), (session.IsDeferred, session.Resets));
    }

    [Fact]
    public async Task Lease_without_a_command_leaves_no_deferred_reset_to_an_idle_connection()
    {
        await using var test = await FullAsync();
        var held = await test.Pool.RentAsync();
        held.Use();
        var waiting = test.Pool.RentAsync();
        held.Dispose();
        var lease = await waiting.AsTask().Soon();
        var session = lease.Stub().Session!;
        Assert.True(session.IsDeferred);

        lease.Dispose();

        Assert.False(session.IsDeferred);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_whose_reset_cannot_be_deferred_or_sent_is_closed(bool whenSent)
    {
        await using var test = await FullAsync();
        var held = await test.Pool.RentAsync();
        held.Use();
        using var cancel = new CancellationTokenSource();
        var waiting = test.Pool.RentAsync(cancel.Token).AsTask();
        test.Database.Deferring = () =>
        {
            if (!whenSent)
            {
                throw new IOException("Lost.");
            }

            cancel.Cancel();
        };
        test.Database.SendingDeferred = () => throw new IOException("Lost.");

        held.Dispose();

        test.Database.SendingDeferred = null;
        await Record.ExceptionAsync(() => waiting.Soon());
        Assert.Equal(whenSent, waiting.IsCanceled);
        await Patience.SoonAsync(() => test.Database.Closed == 1);
        if (!whenSent)
        {
            (await waiting).Dispose();
        }
    }

    [Fact]
    public async Task Failure_of_the_reset_that_is_sent_alone_reaches_no_other_connection()
    {
        await using var test = await FullAsync(size: 2);
        var held = await test.Pool.RentAsync();
        var other = await test.Pool.RentAsync();
        held.Use();
        other.Use();
        var first = test.Pool.RentAsync();
        var second = test.Pool.RentAsync();
        held.Dispose();
        other.Dispose();
        using var lease = await first.AsTask().Soon();
        using var next = await second.AsTask().Soon();
        var failures = 0;
        test.Database.SendingDeferred = () =>
        {
            if (failures++ == 0)
            {
                throw new IOException("Lost.");
            }
        };

        test.Time.Advance(TimeSpan.FromMilliseconds(5));

        Assert.Equal(2, failures);
        Assert.Single([lease, next], static lease => lease.Stub().Session!.IsDeferred);
        test.Database.SendingDeferred = null;
    }

    [Fact]
    public async Task Closing_the_pool_sends_a_reset_that_still_waits_for_a_command()
    {
        await using var test = await FullAsync();
        var held = await test.Pool.RentAsync();
        held.Use();
        var waiting = test.Pool.RentAsync();
        held.Dispose();
        var lease = await waiting.AsTask().Soon();
        var session = lease.Stub().Session!;
        Assert.True(session.IsDeferred);

        var closing = test.Pool.DisposeAsync().AsTask();

        Assert.Equal((false, 1), (session.IsDeferred, session.Resets));
        lease.Dispose();
        await closing.Soon();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_that_must_wait_for_an_answer_is_not_deferred(bool isAwaited)
    {
        await using var test = await FullAsync();
        test.Database.DefersResets = false;
        var held = await test.Pool.RentAsync();
        held.Use();
        var waiting = test.Pool.RentAsync();

        await ReturnAsync(held, isAwaited);

        using var lease = await waiting.AsTask().Soon();
        var session = lease.Stub().Session!;
        Assert.Equal((false, 1), (session.IsDeferred, session.Resets));
    }

    private static async Task<TestPool> FullAsync(int size = 1)
    {
        var test = await TestPool.FullAsync(size, static options => options.ResetMode = ResetMode.Full, TestPool.Clearing(SessionReset.ByPool, inline: true));
        test.Database.DefersResets = true;
        return test;
    }

    private static async Task ReturnAsync(ConnectionLease lease, bool isAwaited)
    {
        if (isAwaited)
        {
            await lease.DisposeAsync();
        }
        else
        {
            lease.Dispose();
        }
    }
}
