using System.Diagnostics;
using Cenote.StubDriver;

namespace Cenote.TelemetryTests.Traces;

/// <summary>
/// One span for each rent that had to wait, none for the others, and the caller's own span stays the current one.
/// </summary>
public sealed class RentTraceTests(Recorder recorder) : IClassFixture<Recorder>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rent_that_is_served_at_once_leaves_no_span(bool isBlocking)
    {
        await using var pool = await NewPoolAsync();
        using var request = recorder.Begin();

        for (var i = 0; i < 100; i++)
        {
            (await RentAsync(pool, isBlocking)).Dispose();
        }

        Assert.Equal(100, pool.GetStatistics().Rents);
        Assert.Empty(recorder.Within(request));
        Assert.Same(request, Activity.Current);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rent_that_waited_for_a_return_is_one_span_under_the_callers(bool isBlocking)
    {
        await using var pool = await NewPoolAsync();
        var held = await pool.RentAsync();
        (await WaitAsync(pool, held, isBlocking)).Dispose();
        held = await pool.RentAsync();
        using var request = recorder.Begin();

        var lease = await WaitAsync(pool, held, isBlocking);

        Assert.Same(request, Activity.Current);
        var span = Assert.Single(recorder.Within(request));
        Assert.Equal(PoolTelemetry.ActivitySourceName, span.Source.Name);
        Assert.Equal("https://opentelemetry.io/schemas/1.44.0", span.Source.TelemetrySchemaUrl);
        Assert.Equal("cenote.rent", span.OperationName);
        Assert.Equal($"rent {pool.Name}", span.DisplayName);
        Assert.Equal(ActivityKind.Internal, span.Kind);
        Assert.Equal(request.SpanId, span.ParentSpanId);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal(pool.Name, span.GetTagItem("db.client.connection.pool.name"));
        Assert.Equal("stub", span.GetTagItem("db.system.name"));
        Assert.Equal("queued", span.GetTagItem("cenote.rent.outcome"));
        Assert.Equal("reused", span.GetTagItem("cenote.rent.connection"));
        Assert.Null(span.GetTagItem("error.type"));
        var waited = Assert.IsType<double>(span.GetTagItem("cenote.rent.wait"));
        Assert.InRange(waited, double.Epsilon, Patience.Limit.TotalSeconds);
        Assert.Equal(waited, span.Duration.TotalSeconds, precision: 6);
        lease.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rent_that_waited_for_an_open_says_that_its_connection_is_new(bool isBlocking)
    {
        await using var pool = await NewPoolAsync(options => options.MinSize = 0);
        using var request = recorder.Begin();

        (await RentAsync(pool, isBlocking)).Dispose();

        var span = Assert.Single(recorder.Within(request));
        Assert.Equal("queued", span.GetTagItem("cenote.rent.outcome"));
        Assert.Equal("new", span.GetTagItem("cenote.rent.connection"));
        Assert.Same(request, Activity.Current);
    }

    [Fact]
    public async Task A_rent_outside_of_any_span_is_a_trace_of_its_own()
    {
        await using var pool = await NewPoolAsync(options => options.MinSize = 0);

        (await pool.RentAsync()).Dispose();

        var span = Assert.Single(recorder.Ended, span => Equals(span.GetTagItem("db.client.connection.pool.name"), pool.Name));
        Assert.Equal(default, span.ParentSpanId);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task A_caller_that_has_cancelled_before_it_asks_leaves_no_span()
    {
        await using var pool = await NewPoolAsync();
        using var request = recorder.Begin();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pool.RentAsync(new CancellationToken(canceled: true)).AsTask());

        Assert.Empty(recorder.Within(request));
    }

    /// <summary>A connection that is held all the while: the rents that wait find none.</summary>
    internal static async Task<ConnectionPool> NewPoolAsync(Action<ConnectionPoolOptions>? configure = null, StubDatabase? database = null)
    {
        var options = new ConnectionPoolOptions { Name = $"traced {Guid.NewGuid():N}", MinSize = 1, MaxSize = 1, MaxOpenRetries = 0, MaxLifetime = Timeout.InfiniteTimeSpan };
        configure?.Invoke(options);
        var pool = new ConnectionPool(new StubProvider(database ?? new StubDatabase()) { ClearsInline = true }, options);
        if (options.MinSize > 0)
        {
            await pool.WaitUntilReadyAsync().Soon();
        }

        return pool;
    }

    /// <summary>Begins a rent while the connection is held, and gives it back once the caller waits.</summary>
    private static async Task<ConnectionLease> WaitAsync(ConnectionPool pool, ConnectionLease held, bool isBlocking)
    {
        var renting = new TaskCompletionSource<Thread>();
        var rent = RentAsync(pool, isBlocking, renting);

        // An awaiting caller waits once the call is back. A blocking one has queued a moment before it begins to wait:
        // its thread is looked at until it is found waiting several times in a row, since it may also wait for a lock
        // for a moment.
        var seen = 0;
        await Patience.SoonAsync(
            () =>
            {
                var waits = pool.GetStatistics().Counts.Waiting == 1
                    && (!isBlocking || (renting.Task.IsCompleted && renting.Task.Result.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin)));
                seen = waits ? seen + 1 : 0;
                return seen > 4;
            },
            "a caller waits");
        held.Dispose();
        return await rent;
    }

    /// <summary>A blocking caller has a thread of its own, and the span of the code that started it.</summary>
    private static Task<ConnectionLease> RentAsync(ConnectionPool pool, bool isBlocking, TaskCompletionSource<Thread>? renting = null) => isBlocking
        ? Task.Factory.StartNew(
            () =>
            {
                renting?.SetResult(Thread.CurrentThread);
                return pool.Rent();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Soon()
        : pool.RentAsync().Soon();
}
