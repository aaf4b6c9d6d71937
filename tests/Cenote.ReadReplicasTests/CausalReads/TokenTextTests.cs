using System.Text;

namespace Cenote.ReadReplicasTests.CausalReads;

/// <summary>Tokens as text, from anybody.</summary>
public sealed class TokenTextTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] NextKey = [.. Enumerable.Range(50, 32).Select(i => (byte)i)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_is_carried_as_text(bool isSigned)
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.TokenSigningKeys = isSigned ? [Key] : []);
        test.One.Reach(1234);
        var token = await test.Set.GetTokenAsync(Stop);

        var text = token.ToString();

        Assert.Matches("^[A-Za-z0-9._-]+$", text);
        Assert.Equal(isSigned ? 3 : 2, text.Split('.').Length);
        Assert.Equal("1234", test.Set.ParseToken(text).Position.ToString());
        Assert.Equal(text, test.Set.ParseToken(text).ToString());
        Assert.True(test.Set.TryParseToken(text, out _));
        Assert.False(test.Set.TryParseToken(null, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c1.")]
    [InlineData("c1.!!!!")]
    [InlineData("c2.c3R1YgoKMQ")]
    [InlineData("c1.c3R1YgoKMQ.x.y")]
    [InlineData("c1.c3R1Yg")]
    [InlineData("c1.c3R1YgoKLTU")]
    [InlineData("c1.__79")]
    [InlineData("<script>")]
    public async Task An_invalid_token_is_refused_without_being_quoted(string text)
    {
        await using var test = await TestSet.CreateAsync(replicas: 0);

        var refusal = Assert.Throws<CausalTokenException>(() => test.Set.ParseToken(text));

        Assert.Equal(CausalTokenProblem.Malformed, refusal.Problem);
        Assert.DoesNotContain("script", refusal.ToString(), StringComparison.Ordinal);
        Assert.False(test.Set.TryParseToken(text, out _));
    }

    [Fact]
    public async Task A_text_beyond_all_measure_is_not_even_read()
    {
        await using var test = await TestSet.CreateAsync(replicas: 0);

        var refusal = Assert.Throws<CausalTokenException>(() => test.Set.ParseToken("c1." + new string('A', 70_000)));

        Assert.Equal(CausalTokenProblem.Malformed, refusal.Problem);
    }

    [Fact]
    public async Task A_token_that_was_changed_made_up_or_stripped_of_its_signature_is_forged()
    {
        await using var test = await TestSet.CreateAsync(replicas: 0, configure: options => options.TokenSigningKeys = [Key]);
        var parts = (await test.Set.GetTokenAsync(Stop)).ToString().Split('.');
        var madeUp = Convert.ToBase64String(Encoding.UTF8.GetBytes("stub\n\n999")).TrimEnd('=');

        foreach (var text in (string[])[$"c1.{madeUp}.{parts[2]}", $"c1.{madeUp}", $"c1.{parts[1]}", $"c1.{parts[1]}.{parts[2][..^2]}", $"c1.{parts[1]}.", $"c1.{parts[1]}.%%"])
        {
            Assert.Equal(CausalTokenProblem.InvalidSignature, Assert.Throws<CausalTokenException>(() => test.Set.ParseToken(text)).Problem);
        }
    }

    [Fact]
    public async Task Keys_can_be_replaced_without_refusing_the_tokens_of_yesterday()
    {
        await using var old = await TestSet.CreateAsync(replicas: 0, configure: options => options.TokenSigningKeys = [Key]);
        await using var both = await TestSet.CreateAsync(replicas: 0, configure: options => options.TokenSigningKeys = [NextKey, Key]);
        await using var next = await TestSet.CreateAsync(replicas: 0, configure: options => options.TokenSigningKeys = [NextKey]);
        var yesterday = (await old.Set.GetTokenAsync(Stop)).ToString();
        var today = (await both.Set.GetTokenAsync(Stop)).ToString();

        both.Set.ParseToken(yesterday);
        next.Set.ParseToken(today);
        Assert.Equal(CausalTokenProblem.InvalidSignature, Assert.Throws<CausalTokenException>(() => next.Set.ParseToken(yesterday)).Problem);
        await using var none = await TestSet.CreateAsync(replicas: 0);
        Assert.Equal(CausalTokenProblem.InvalidSignature, Assert.Throws<CausalTokenException>(() => none.Set.ParseToken(today)).Problem);
    }

    [Fact]
    public async Task A_token_of_another_database_is_foreign()
    {
        await using var here = await TestSet.CreateAsync();
        await using var there = await TestSet.CreateAsync();
        await NameData(here, "here");
        await NameData(there, "there");
        var token = await there.Set.GetTokenAsync(Stop);

        Assert.Equal(CausalTokenProblem.WrongCluster, Assert.Throws<CausalTokenException>(() => here.Set.ParseToken(token.ToString())).Problem);
        Assert.Equal(CausalTokenProblem.WrongCluster, Assert.Throws<CausalTokenException>(() => here.Set.BeginCausalScope(token)).Problem);
        Assert.Equal(CausalTokenProblem.WrongCluster, (await Assert.ThrowsAsync<CausalTokenException>(async () => await here.Set.RentReadAsync(token, Stop))).Problem);
        var other = "c1." + Convert.ToBase64String(Encoding.UTF8.GetBytes("postgresql\n\n0/1")).TrimEnd('=');
        Assert.Equal(CausalTokenProblem.WrongCluster, Assert.Throws<CausalTokenException>(() => here.Set.ParseToken(other)).Problem);
        var mine = await here.Set.GetTokenAsync(Stop);
        Assert.Throws<ArgumentException>(() => mine.Combine(token));
    }

    private static async Task NameData(TestSet test, string name)
    {
        foreach (var stub in test.Stubs)
        {
            stub.Replication!.Say(status => status with { ClusterId = name });
        }

        await test.ProbeAsync();
    }
}
