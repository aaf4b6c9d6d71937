using Cenote.PostgreSql;

namespace Cenote.ProviderTests.PostgreSql;

/// <summary>
/// The user's callback runs while a data source is built: that it hangs or fails must not stop what does not need it.
/// </summary>
public sealed class SourceBuildingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_callback_that_hangs_blocks_neither_another_users_opens_nor_closing()
    {
        using var mayReturn = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sources = new SharedSources(
            (settings, _) =>
            {
                if (settings.Credentials!.UserName == "slow")
                {
                    begun.SetResult();
                    mayReturn.Wait(Patience);
                }

                return NewSource();
            },
            NpgsqlInternals.AreReachable);
        var building = Task.Factory.StartNew(() => sources.Take(Settings("slow"), withoutOptions: false), Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await begun.Task.WaitAsync(Patience, Stop);

        await OnOwnThread(() =>
        {
            sources.Take(Settings("other"), withoutOptions: false).Release();
            sources.Forget();
            sources.Take(Settings("other"), withoutOptions: false).Release();
            sources.Close();
        });
        Assert.False(building.IsCompleted);

        mayReturn.Set();
        var late = await building.WaitAsync(Patience, Stop);
        late.Release();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await late.DataSource.OpenConnectionAsync(Stop));
    }

    [Fact]
    public async Task Callers_of_a_hanging_callback_wait_at_most_their_connect_timeout()
    {
        using var mayReturn = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sources = new SharedSources(
            (_, _) =>
            {
                begun.SetResult();
                mayReturn.Wait(Patience);
                return NewSource();
            },
            NpgsqlInternals.AreReachable);
        var building = Task.Factory.StartNew(() => sources.Take(Settings("app"), withoutOptions: false), Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await begun.Task.WaitAsync(Patience, Stop);

        var impatient = Settings("app") with { ConnectTimeout = TimeSpan.FromMilliseconds(1) };
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => OnOwnThread(() => sources.Take(impatient, withoutOptions: false)));
        Assert.Contains("configure callback", failure.Message, StringComparison.Ordinal);

        var waiting = Task.Factory.StartNew(() => sources.Take(Settings("app"), withoutOptions: false), Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        mayReturn.Set();
        var source = await building.WaitAsync(Patience, Stop);
        Assert.Same(source, await waiting.WaitAsync(Patience, Stop));
        Assert.Equal(2, source.Sessions);
    }

    [Fact]
    public void A_callback_that_fails_is_called_again_for_the_next_open()
    {
        var calls = 0;
        var sources = new SharedSources((_, _) => ++calls == 1 ? throw new InvalidOperationException("not yet") : NewSource(), NpgsqlInternals.AreReachable);
        Assert.Throws<InvalidOperationException>(() => sources.Take(Settings("app"), withoutOptions: false));
        var source = sources.Take(Settings("app"), withoutOptions: false);
        Assert.Same(source, sources.Take(Settings("app"), withoutOptions: false));
        Assert.Equal((2, 2), (calls, source.Sessions));
    }

    [Fact]
    public async Task A_session_opened_before_the_first_answer_leaves_no_origin()
    {
        foreach (var isBlocking in new[] { false, true })
        {
            await using var database = await OwnDatabase.CreateAsync();
            var settings = Settings("app") with { Credentials = null };
            var sources = new SharedSources((_, _) => new NpgsqlDataSourceBuilder(database.ConnectionString + ";Pooling=false").Build(), NpgsqlInternals.AreReachable);
            var source = sources.Take(settings, withoutOptions: false);

            // The first session's question, which takes long.
            Assert.True(source.Answers.BeginQuestion());
            var session = new PoolResetSession(source, settings, new PoolerTraits());
            await session.OpenAsync(Stop);
            var origin = Statements.UniqueName("origin");
            await session.Connection.ExecuteAsync($"SELECT pg_replication_origin_create('{origin}')");
            try
            {
                await session.Connection.ExecuteAsync($"SELECT pg_replication_origin_session_setup('{origin}')");
                await session.Connection.ExecuteAsync("SET ROLE pg_monitor");
                if (isBlocking)
                {
                    await OnOwnThread(session.ResetSession);
                }
                else
                {
                    await session.ResetSessionAsync(Stop);
                }

                Assert.False(await session.Connection.ScalarAsync<bool>("SELECT pg_replication_origin_session_is_setup()"));
            }
            finally
            {
                await session.Connection.ExecuteAsync($"SELECT pg_replication_origin_drop('{origin}')");
                await session.CloseAsync();
                sources.Close();
            }
        }
    }

    [Fact]
    public async Task A_user_without_the_right_sets_no_origin_before_the_first_answer()
    {
        var ordinary = RealServers.PostgreSqlOrdinary;
        var settings = Settings("app") with { Credentials = null };
        var sources = new SharedSources((_, _) => new NpgsqlDataSourceBuilder(ordinary + ";Pooling=false").Build(), NpgsqlInternals.AreReachable);
        var source = sources.Take(settings, withoutOptions: false);
        Assert.True(source.Answers.BeginQuestion());
        var session = new PoolResetSession(source, settings, new PoolerTraits());
        await session.OpenAsync(Stop);
        await session.ResetSessionAsync(Stop);
        Assert.Equal(1, await session.Connection.ScalarAsync<int>("SELECT 1"));
        await session.CloseAsync();
        sources.Close();
    }

    [Fact]
    public void Options_that_stay_refused_are_learnt_from_once()
    {
        var traits = new PoolerTraits();
        Assert.True(traits.Learn(Refusal()));

        // One that was under way, with the pool's option; and one without, whose connection string has options of its
        // own.
        Assert.True(traits.Learn(Refusal()));
        var without = Refusal();
        PoolerTraits.MarkWithoutOptions(without);
        Assert.False(traits.Learn(without));
    }

    private static PostgresException Refusal() => new("unsupported startup parameter: options", "FATAL", "FATAL", "08P01");

    private static NpgsqlDataSource NewSource() => new NpgsqlDataSourceBuilder("Host=source.invalid;Pooling=false").Build();

    private static ConnectionSettings Settings(string user) => new()
    {
        ResetMode = ResetMode.Full,
        SessionReset = SessionReset.ByPool,
        ConnectTimeout = Patience,
        Credentials = new DatabaseCredentials(user, "secret"),
    };

    private static Task OnOwnThread(Action action) =>
        Task.Factory.StartNew(action, Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(Patience, Stop);
}
