using System.Collections.Concurrent;
using Cenote.Leasing;

namespace Cenote.Tests.Leasing.Lanes;

/// <summary>A connection counts for its lane once, and no longer than it is in use, however its lease ends.</summary>
public sealed class LaneCountTests
{
    private static readonly Lane s_interactive = new("interactive");
    private static readonly Lane s_batch = new("batch");

    [Theory]
    [InlineData("returned")]
    [InlineData("returned twice")]
    [InlineData("revoked")]
    [InlineData("revoked, then returned")]
    [InlineData("retired")]
    [InlineData("cleared")]
    [InlineData("lost")]
    [InlineData("validated")]
    [InlineData("reset fails")]
    public async Task A_lease_ends_its_count_once_however_it_ends(string ending)
    {
        var script = new CallScript();
        await using var test = await OpenAsync(script, TestPool.Clearing(SessionReset.ByPool));
        var lease = await test.Pool.RentAsync(s_batch).Soon();
        Assert.Equal(1, InUse(test));
        switch (ending)
        {
            case "returned twice":
                var copy = lease;
                copy.Dispose();
                break;
            case "revoked":
            case "revoked, then returned":
                Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeases())));
                break;
            case "retired":
                lease.RetireOnReturn();
                break;
            case "cleared":
                test.Pool.Clear();
                break;
            case "lost":
                lease.ReportFailure(new StubException(FailureKind.ConnectionLost));
                break;
            case "validated":
                lease.RecordUnansweredCancel();
                break;
            case "reset fails":
                script.At(StubCall.Clear, 1, StubStep.Fail(FailureKind.ConnectionLost));
                break;
        }

        if (ending != "revoked")
        {
            lease.Dispose();
        }

        await test.StatisticsAre(statistics => statistics.Lanes[1].InUse == 0);

        // With a count that is too small, the lane would get a second connection.
        await test.When(static counts => counts.Closing == 0);
        var held = await test.Pool.RentAsync(s_batch).Soon();
        var next = test.Pool.RentAsync(s_batch).AsTask();
        (await test.Pool.RentAsync(s_interactive).Soon()).Dispose();
        Assert.False(next.IsCompleted);
        held.Dispose();
        (await next.Soon()).Dispose();
        await test.StatisticsAre(static statistics => statistics.Lanes.All(static lane => lane.InUse == 0));
    }

    [Fact]
    public async Task A_connection_counts_until_its_reset_or_its_close_is_over()
    {
        var (reset, close) = (new StubGate(), new StubGate());
        var script = new CallScript().At(StubCall.Clear, 1, StubStep.Hang(reset)).At(StubCall.Close, 1, StubStep.Hang(close));
        await using var test = await OpenAsync(script, TestPool.Clearing(SessionReset.ByPool));
        (await test.Pool.RentAsync(s_batch).Soon()).Dispose();
        var next = test.Pool.RentAsync(s_batch).AsTask();
        Assert.Equal((1, 1), (test.Counts.Resetting, InUse(test)));
        reset.Release();
        var lease = await next.Soon();

        lease.RetireOnReturn();
        lease.Dispose();
        var last = test.Pool.RentAsync(s_batch).AsTask();
        await test.When(static counts => counts.Closing == 1);
        Assert.Equal((1, false), (InUse(test), last.IsCompleted));
        close.Release();
        (await last.Soon()).Dispose();
    }

    [Fact]
    public async Task A_caller_that_got_a_dead_connection_keeps_its_place_and_counts_once()
    {
        var script = new CallScript();
        await using var test = await OpenAsync(script, TestPool.Clearing(SessionReset.ByDriver));
        var held = await test.Pool.RentAsync(s_batch).Soon();
        var first = test.Pool.RentAsync(s_batch).AsTask();
        var second = test.Pool.RentAsync(s_batch).AsTask();
        script.At(StubCall.BeginLease, 2, StubStep.Fail(FailureKind.ConnectionLost));

        held.Dispose();

        var lease = await first.Soon();
        Assert.Equal((1, false), (InUse(test), second.IsCompleted));
        lease.Dispose();
        (await second.Soon()).Dispose();
        await test.StatisticsAre(static statistics => statistics.Lanes[1].InUse == 0);
    }

    [Fact]
    public async Task A_connection_that_another_lane_gets_counts_for_that_one()
    {
        await using var test = await TestPool.FullAsync(1, options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch" }]);
        var held = await test.Pool.RentAsync(s_batch).Soon();
        var next = test.Pool.RentAsync(s_interactive).AsTask();

        held.Dispose();

        using (await next.Soon())
        {
            held.Dispose();
            Assert.Equal((1, 0), (test.Pool.GetStatistics().Lanes[0].InUse, InUse(test)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Counts_hold_while_threads_rent_return_revoke_and_cancel(bool revokes)
    {
        const int size = 6;
        await using var test = await TestPool.FullAsync(size, options => options.Lanes =
        [
            new() { Name = "interactive", Reserve = 2, Weight = 3 },
            new() { Name = "batch", MaxSize = 2 },
            new() { Name = "other", MaxSize = 3 },
        ]);
        Lane[] lanes = [s_interactive, s_batch, new("other")];
        int[] most = [size, 2, 3];
        var holders = new int[lanes.Length];
        var held = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var (broken, revoked) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 400; i++)
            {
                var lane = random.Next(lanes.Length);
                using var source = new CancellationTokenSource();
                var rent = test.Pool.RentAsync(lanes[lane], source.Token);
                if (random.Next(4) == 0)
                {
                    await source.CancelAsync();
                }

                try
                {
                    var lease = await rent;
                    var id = FormattableString.Invariant($"{lease.Slot!.Id}-{SlotWord.LeasesOf(lease.Ticket)}");
                    Interlocked.Add(ref broken, Interlocked.Increment(ref holders[lane]) > most[lane] ? 1 : 0);
                    held[id] = lane;
                    await Task.Yield();
                    if (revokes && random.Next(20) == 0 && test.Pool.GetLeases() is [var other, ..])
                    {
                        // Perhaps that of another worker, or of another lane. It no longer counts as a holder.
                        Interlocked.Add(ref revoked, End(other.Id) && test.Pool.TryRevoke(other) ? 1 : 0);
                    }

                    End(id);

                    await lease.DisposeAsync();
                    lease.Dispose();
                }
                catch (OperationCanceledException)
                {
                    // As asked for.
                }
            }
        }))).Soon();

        Assert.True(broken == 0, FormattableString.Invariant($"{broken} holders above the maximum of their lane"));
        Assert.Equal(revokes, revoked > 0);
        await test.StatisticsAre(static statistics => statistics.Lanes.All(static lane => lane is { InUse: 0, Waiting: 0 }) && statistics.Counts is { Leased: 0, Closing: 0 });

        bool End(string id)
        {
            var isHeld = held.TryRemove(id, out var lane);
            Interlocked.Add(ref holders[lane], isHeld ? -1 : 0);
            return isHeld;
        }
    }

    /// <summary>Two connections, one of which the lane of the test may have.</summary>
    private static Task<TestPool> OpenAsync(CallScript script, Func<StubDatabase, StubProvider> provider) => TestPool.FullAsync(
        2,
        static options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch", MaxSize = 1 }],
        provider,
        script);

    private static int InUse(TestPool test) => test.Pool.GetStatistics().Lanes[1].InUse;
}
