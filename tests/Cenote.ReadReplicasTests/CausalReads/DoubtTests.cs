namespace Cenote.ReadReplicasTests.CausalReads;

/// <summary>Reads that must see what was written, while somebody does not say what they need to know.</summary>
public sealed class DoubtTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_primary_said_before_the_write_is_no_answer_of_one_that_refuses_probes_now()
    {
        await using var test = await TestSet.CreateAsync();
        using var scope = test.Set.BeginCausalScope();
        using (await test.Set.RentForWritingAsync(Token))
        {
            test.One.Reach(7);
        }

        RefuseProbes(test.One);

        Assert.Equal("one 2", await test.ReadAsync(2));
        await Assert.ThrowsAsync<CausalTokenException>(async () => await scope.GetTokenAsync(Token));
        await Assert.ThrowsAsync<CausalTokenException>(async () => await test.Set.ReadTokenAsync(Token));
    }

    [Fact]
    public async Task A_primary_that_refuses_probes_has_not_lost_what_it_does_not_tell()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalWait = TimeSpan.Zero);
        test.One.Reach(7);
        var token = test.Set.ParseToken((await ReadTokenWhereItWasWrittenAsync(test)).ToString());
        RefuseProbes(test.One);
        await test.ProbeAsync();

        using var read = await test.Set.RentForReadingAsync(token, Token).Soon();

        Assert.Equal("one", test.NameOf(read));
    }

    [Fact]
    public async Task Writes_of_a_scope_within_a_scope_are_seen_after_it()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalWait = TimeSpan.Zero);
        using var outer = test.Set.BeginCausalScope();
        using (test.Set.BeginCausalScope())
        {
            using (await test.Set.RentForWritingAsync(Token))
            {
                test.One.Reach(5);
            }
        }

        test.Two.Reach(5);
        await test.ProbeAsync();

        Assert.Equal("two 4", await test.ReadAsync(4));
        Assert.Equal("5", (await outer.GetTokenAsync(Token))!.Position.ToString());
    }

    [Fact]
    public async Task A_scope_within_a_scope_sees_what_was_written_before_it()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalWait = TimeSpan.Zero);
        using var outer = test.Set.BeginCausalScope();
        using (await test.Set.RentForWritingAsync(Token))
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
        await using var write = await test.Set.OpenWriteConnectionAsync(Token);
        return await test.Set.ReadTokenAsync(write, Token);
    }

    private static void RefuseProbes(StubServer server)
    {
        foreach (var call in (StubCall[])[StubCall.Status, StubCall.Open])
        {
            server.Script.Always(call, StubStep.Fail(FailureKind.TooManyConnections));
        }
    }
}
