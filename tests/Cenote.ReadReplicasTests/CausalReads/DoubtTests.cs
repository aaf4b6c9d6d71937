namespace Cenote.ReadReplicasTests.CausalReads;

/// <summary>Reads that must see what was written, while a server does not return the position that they need.</summary>
public sealed class DoubtTests
{
    [Fact]
    public async Task An_earlier_position_does_not_stand_in_for_a_primary_that_refuses_probes()
    {
        await using var test = await TestSet.CreateAsync();
        using var scope = test.Set.BeginCausalScope();
        using (await test.Set.RentWriteAsync(Stop))
        {
            test.One.Reach(7);
        }

        RefuseProbes(test.One);

        Assert.Equal("one 2", await test.ReadAsync(2));
        await Assert.ThrowsAsync<CausalTokenException>(async () => await scope.GetTokenAsync(Stop));
        await Assert.ThrowsAsync<CausalTokenException>(async () => await test.Set.GetTokenAsync(Stop));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_read_is_refused_when_the_primary_s_position_cannot_be_found(int replicas)
    {
        await using var test = await TestSet.CreateAsync(replicas, options => options.CausalReadTimeout = TimeSpan.Zero);
        var token = await AheadAsync(test);
        RefuseProbes(test.One);

        await RefusesAsync(test, CausalTokenProblem.Unverified, token, isBlocking: false);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public async Task A_token_ahead_of_the_primary_is_refused_whether_there_are_replicas_or_not(int replicas, bool isBlocking)
    {
        await using var test = await TestSet.CreateAsync(replicas, options => options.CausalReadTimeout = TimeSpan.Zero);
        test.One.Reach(7);
        await test.ProbeAsync();
        var ahead = await AheadAsync(test);

        await RefusesAsync(test, CausalTokenProblem.AheadOfPrimary, ahead, isBlocking);

        // What it has is served, also right after it was written, when no probe has seen it yet.
        test.One.Reach(9);
        Assert.Equal("one", await RentAsync(test, ahead, isBlocking));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_the_probe_fails_the_connection_itself_is_asked(bool isBlocking)
    {
        await using var test = await TestSet.CreateAsync(replicas: 1, options => options.CausalReadTimeout = TimeSpan.Zero);
        var token = await AheadAsync(test);
        test.One.Reach(8);
        test.One.Script.Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections));
        test.One.Script.At(StubCall.Status, test.One.Database.Calls(StubCall.Status).Started + 1, StubStep.Fail());

        Assert.Equal("one", await RentAsync(test, token, isBlocking));
        Assert.Equal(0, test.Set.GetStatistics().CurrentReadsOnPrimary);
        Assert.Equal(isBlocking, test.One.Provider.LastPositionTimeout is { } timeout && timeout > TimeSpan.Zero && timeout <= new ReplicaSetOptions().AcquireTimeout);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public async Task A_primary_that_does_not_answer_keeps_a_read_no_longer_than_its_caller_waits(int replicas, bool isCancelled)
    {
        await using var test = await TestSet.CreateAsync(replicas, options =>
        {
            options.CausalReadTimeout = TimeSpan.Zero;
            options.AcquireTimeout = TimeSpan.FromMilliseconds(400);
        });
        var token = await AheadAsync(test);
        var gate = new StubGate();

        // The question on the connection itself; with a replica, the probe before it gets no answer either.
        var before = test.One.Database.Calls(StubCall.Status).Started;
        var asked = before + 1 + replicas;
        for (var number = before + 1; number <= asked; number++)
        {
            test.One.Script.At(StubCall.Status, number, number == asked ? StubStep.Hang(gate) : StubStep.Fail());
        }

        test.One.Script.Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections));
        using var cancel = new CancellationTokenSource();
        var reading = test.Set.RentReadAsync(token, cancel.Token).AsTask();
        await test.One.Database.CallStarted(StubCall.Status, asked).Soon();
        var validations = test.One.Database.Calls(StubCall.Validate).Started;
        if (isCancelled)
        {
            await cancel.CancelAsync();
            var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Soon());
            Assert.Equal(cancel.Token, cancelled.CancellationToken);
        }
        else
        {
            test.Time.Advance(TimeSpan.FromMilliseconds(400));
            var refusal = await Assert.ThrowsAsync<CausalTokenException>(() => reading.Soon());
            Assert.Equal(CausalTokenProblem.Unverified, refusal.Problem);
        }

        // The connection is validated before it is rented again.
        await test.One.Database.CallStarted(StubCall.Validate, validations + 1).Soon();
        Assert.Equal(0, test.Set.GetStatistics().CurrentReadsOnPrimary);
        gate.Release();
    }

    private static async Task RefusesAsync(TestSet test, CausalTokenProblem problem, CausalToken token, bool isBlocking)
    {
        var refusal = await Assert.ThrowsAsync<CausalTokenException>(() => RentAsync(test, token, isBlocking));
        Assert.Equal(problem, refusal.Problem);
        Assert.Equal(0, test.Set.GetStatistics().CurrentReadsOnPrimary);
    }

    private static async Task<string> RentAsync(TestSet test, CausalToken token, bool isBlocking)
    {
        using var lease = isBlocking
            ? await Task.Run(() => test.Set.RentRead(token, Stop), Stop)
            : await test.Set.RentReadAsync(token, Stop).Soon();
        return test.NameOf(lease);
    }

    /// <summary>A token for a write that the primary has lost.</summary>
    private static async Task<CausalToken> AheadAsync(TestSet test)
    {
        test.One.Reach(8);
        var token = await ReadTokenWhereItWasWrittenAsync(test);
        test.One.Reach(7);
        return token;
    }

    [Fact]
    public async Task Writes_of_a_scope_within_a_scope_are_seen_after_it()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        using var outer = test.Set.BeginCausalScope();
        using (test.Set.BeginCausalScope())
        {
            using (await test.Set.RentWriteAsync(Stop))
            {
                test.One.Reach(5);
            }
        }

        test.Two.Reach(5);
        await test.ProbeAsync();

        Assert.Equal("two 4", await test.ReadAsync(4));
        Assert.Equal("5", (await outer.GetTokenAsync(Stop))!.Position.ToString());
    }

    [Fact]
    public async Task A_scope_within_a_scope_sees_what_was_written_before_it()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        using var outer = test.Set.BeginCausalScope();
        using (await test.Set.RentWriteAsync(Stop))
        {
            test.One.Reach(5);
        }

        test.Two.Reach(5);
        await test.ProbeAsync();
        using var inner = test.Set.BeginCausalScope();

        Assert.Equal("two 4", await test.ReadAsync(4));
    }

    private static async Task<CausalToken> ReadTokenWhereItWasWrittenAsync(TestSet test)
    {
        await using var write = await test.Set.OpenWriteConnectionAsync(Stop);
        return await test.Set.GetTokenAsync(write, Stop);
    }

    private static void RefuseProbes(StubServer server)
    {
        foreach (var call in (StubCall[])[StubCall.Status, StubCall.Open])
        {
            server.Script.Always(call, StubStep.Fail(FailureKind.TooManyConnections));
        }
    }
}
