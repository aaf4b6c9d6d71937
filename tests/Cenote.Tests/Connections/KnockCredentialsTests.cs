using Cenote.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.Tests.Connections;

/// <summary>The credentials with which a pool knocks at a server that refuses connections.</summary>
public sealed class KnockCredentialsTests
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    private int _asked;

    [Fact]
    public async Task Knocks_use_the_credentials_of_the_attempt_before()
    {
        await using var test = Create();
        var source = new CredentialSource(test.Pool.Engine.Settings);
        var first = await source.GetAsync(mayReuse: true, CancellationToken.None);
        var knock = await source.GetAsync(mayReuse: true, CancellationToken.None);
        Assert.Same(first.Value, knock.Value);
        Assert.Equal((false, true, 1), (first.IsReused, knock.IsReused, _asked));

        Assert.NotSame(first.Value, (await source.GetAsync(mayReuse: false, CancellationToken.None)).Value);
        source.Forget();
        Assert.False((await source.GetAsync(mayReuse: true, CancellationToken.None)).IsReused);
        Assert.Equal(3, _asked);
    }

    [Fact]
    public async Task A_knock_with_credentials_that_were_replaced_asks_again()
    {
        await using var test = Create(new CallScript().At(StubCall.Open, 1, StubStep.Fail(FailureKind.InvalidCredentials)));
        var engine = test.Pool.Engine;
        var source = new CredentialSource(engine.Settings);
        await source.GetAsync(mayReuse: false, CancellationToken.None);
        var attempt = new OpenAttempt(
            engine.Provider, engine.Classifier, engine.Settings, engine.Desk, new AbandonedCalls(), engine.Journal, source, new OpenTry { IsKnock = true, StartedAt = default }, needsOwnThread: false);

        var physical = await attempt.RunAsync(TenMinutes, proofs: 0, CancellationToken.None, CancellationToken.None);

        Assert.Equal("token2", ((StubConnection)physical.Connection).Credentials!.Password);
        Assert.Equal((2, 2), (_asked, test.Database.Calls(StubCall.Open).Started));
        await physical.CloseAsync();
    }

    [Fact]
    public async Task The_time_that_credentials_take_hides_no_refusal()
    {
        await using var test = Create();
        var attempts = await CountAttemptsAsync(test, current =>
        {
            test.Time.Advance(TimeSpan.FromSeconds(1));
            (current.StartedAt, current.HasContacted) = (test.Pool.Engine.Settings.Clock.Elapsed, true);
        });
        Assert.InRange(attempts, 3, 100);
    }

    [Fact]
    public async Task A_secret_store_that_refuses_connections_is_not_knocked_at()
    {
        await using var test = Create();
        Assert.Equal(1, await CountAttemptsAsync(test, static _ => { }));
    }

    /// <summary>Counts the attempts of one minute, each of which fails on the thread that moves the time.</summary>
    private static async Task<int> CountAttemptsAsync(TestPool test, Action<OpenTry> begin)
    {
        var engine = test.Pool.Engine;
        var retry = new OpenRetry(engine.Settings, engine.Classifier, engine.Desk, NullLogger.Instance);
        using var end = new CancellationTokenSource();
        var attempts = 0;
        var run = retry.RunAsync(
            (current, _) =>
            {
                attempts++;
                begin(current);
                throw new StubException(FailureKind.ConnectionLost);
            },
            static (_, _) => { },
            retries: 3,
            end.Token).AsTask();
        for (var step = 0; step < 600; step++)
        {
            test.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Soon());
        return attempts;
    }

    private TestPool Create(CallScript? script = null) => TestPool.Create(
        options =>
        {
            (options.MinSize, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay) = (0, TenMinutes, TenMinutes);
            options.CredentialsProvider = _ => new ValueTask<DatabaseCredentials>(new DatabaseCredentials("user", $"token{Interlocked.Increment(ref _asked)}"));
        },
        script: script);
}
