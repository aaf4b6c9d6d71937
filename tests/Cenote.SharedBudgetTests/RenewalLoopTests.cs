using Cenote.SharedBudget.Events;
using Cenote.SharedBudget.Renewal;
using Cenote.SharedBudget.Stores;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using StackExchange.Redis;

namespace Cenote.SharedBudgetTests;

/// <summary>The loop of one instance, on a store in memory in the place of Redis.</summary>
public sealed class RenewalLoopTests
{
    private readonly MemoryStore _store = new();
    private readonly StateJournal _journal = new(loggerFactory: null, "b", "i");
    private TimeProvider _clock = TimeProvider.System;
    private ConnectionBudget? _budget;
    private Renewer? _renewer;

    [Fact]
    public async Task The_own_session_is_closed_before_the_connections_are_free()
    {
        await using var redis = await NewRedisAsync();
        var (loop, control) = NewLoop(redis, RealServers.PostgreSqlOrdinary);
        _store.Written = () => control.IsOpen;
        await loop.BeginAsync().Soon();
        Assert.True(control.IsOpen);

        await loop.DisposeAsync();

        Assert.Empty(GrantTable.Parse(_store.Text).Members);
        Assert.False(_store.WasOpen);
    }

    [Fact]
    public async Task An_instance_without_an_answer_leaves_too()
    {
        await using var redis = await NewRedisAsync();
        var (loop, _) = NewLoop(redis, "Host=127.0.0.1;Port=1");
        _store.LosesAnswers = true;
        _ = loop.BeginAsync();
        await Patience.SoonAsync(() => _store.Writes > 0);
        Assert.Single(GrantTable.Parse(_store.Text).Members);

        _store.LosesAnswers = false;
        await loop.DisposeAsync();

        Assert.Empty(GrantTable.Parse(_store.Text).Members);
    }

    [Fact]
    public async Task Connections_of_open_pools_stay_taken_after_disposal()
    {
        await using var redis = await NewRedisAsync();
        var (loop, _) = NewLoop(redis, RealServers.PostgreSqlOrdinary);
        await loop.BeginAsync().Soon();
        var pool = new ConnectionPoolBuilder().UsePostgreSql(RealServers.PostgreSqlOrdinary).WithBudget(_budget!).WithSize(0, 9).WithAcquireTimeout(TimeSpan.FromMinutes(5)).Build();
        await using (pool)
        {
            var connections = await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => pool.OpenConnectionAsync(TestContext.Current.CancellationToken).AsTask()));

            // Another one wants as much, so that the share is less than what is leased.
            _store.Change(static table => table.Members.Add(NewMember("z", reserved: 2, guaranteed: 2, isLive: true)));
            await loop.DisposeAsync();

            Assert.Equal(9, GrantTable.Parse(_store.Text).Members[0].Reserved);
            await Task.WhenAll(connections.Select(static connection => connection.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task An_instance_without_connections_has_a_session_only_while_it_asks()
    {
        _store.Text = NewTable(new SharedBudgetOptions { MaxConnections = 16, Instances = 2, GuaranteedConnections = 2 }.ToSettings(), isLive: true);
        _store.Now = static () => 1000;
        var (loop, control) = NewLoop(redis: null, RealServers.PostgreSqlOrdinary);
        _store.Written = () => control.IsOpen;

        // It checks the database after the first answer.
        var begun = loop.BeginAsync();
        await Patience.SoonAsync(() => _store.Writes > 1);

        Assert.False(_store.WasOpen);
        Assert.Equal(0, GrantTable.Parse(_store.Text).Members[^1].Reserved);
        Assert.False(begun.IsCompleted);
        await loop.DisposeAsync();

        // It leaves in that session, for which nothing is reserved either.
        Assert.Equal(["a", "b"], GrantTable.Parse(_store.Text).Members.Select(static member => member.Id), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Other_settings_begin_in_the_time_of_a_start_where_all_were_killed()
    {
        var clock = UseClock();
        await using var redis = await NewRedisAsync();
        _store.Text = NewTable(new GrantSettings { MaxConnections = 16, Instances = 2, Guaranteed = 7, TimeToLive = 1200 }, isLive: false);
        var (loop, _) = NewLoop(redis, RealServers.PostgreSqlOrdinary);
        var begun = loop.BeginAsync();

        var seconds = await clock.RunAsync(begun);
        await begun.Soon();
        await loop.DisposeAsync();

        Assert.InRange(seconds, 30, 36);
    }

    [Fact]
    public async Task An_instance_with_other_settings_asks_again_when_another_was_faster()
    {
        await using var redis = await NewRedisAsync();
        _store.Text = NewTable(new GrantSettings { MaxConnections = 16, Instances = 2, Guaranteed = 7, TimeToLive = 1200 }, isLive: false);
        var (loop, _) = NewLoop(redis, RealServers.PostgreSqlOrdinary);
        _store.LostSwaps = 2;

        await Assert.ThrowsAsync<RejectedInstanceException>(() => _renewer!.RenewAsync(census: null, "", TestContext.Current.CancellationToken).Soon());

        // The time for which no other instance came is kept.
        Assert.Equal((0, 1), (_store.LostSwaps, _store.Writes));
        Assert.True(GrantTable.Parse(_store.Text).OthersSince >= 0);
        await loop.DisposeAsync();
    }

    [Fact]
    public async Task A_failure_of_the_database_that_is_old_does_not_end_the_start()
    {
        var clock = UseClock();
        await using var redis = await NewRedisAsync();
        var settings = new SharedBudgetOptions { MaxConnections = 16, Instances = 2, GuaranteedConnections = 2 }.ToSettings();
        _store.Text = NewTable(settings, isLive: false);
        var (loop, _) = NewLoop(redis, "Host=127.0.0.1;Port=1");
        var begun = loop.BeginAsync();

        // Nothing is free, so that it asks the database only where no other can count.
        await clock.RunAsync(begun, () => _journal.LastCountFailure is not null);
        _store.Change(static table => table.Members.ForEach(static member => member.ExpiresAt = long.MaxValue));
        await clock.RunAsync(begun);
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => begun.Soon());
        await loop.DisposeAsync();

        Assert.Contains("has no connection for this instance: 2 of 2 declared instances exist", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grants_of_another_version_stay_as_they_are()
    {
        await using var redis = await NewRedisAsync();
        var (loop, _) = NewLoop(redis, "Host=127.0.0.1;Port=1");
        _store.Text = "3 head\ninstance";

        var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => loop.BeginAsync().Soon());
        await loop.DisposeAsync();

        Assert.Contains("another version of the package", exception.Message, StringComparison.Ordinal);
        Assert.Equal((0, "3 head\ninstance"), (_store.Writes, _store.Text));
    }

    [Fact]
    public void A_failed_count_is_forgotten_when_the_database_answers()
    {
        _journal.CountFailed(new TimeoutException());
        Assert.Equal("TimeoutException", _journal.LastCountFailure);

        _journal.Counted();

        Assert.Null(_journal.LastCountFailure);
    }

    [Fact]
    public void A_grant_of_nothing_does_not_end_the_start()
    {
        _journal.Record(isGranted: true, isEmpty: true);
        Assert.Equal(SharedBudgetState.Starting, _journal.State);

        _journal.Record(isGranted: true);
        Assert.Equal(SharedBudgetState.Granted, _journal.State);
    }

    /// <summary>One that is never asked: the store has its place.</summary>
    private static Task<ConnectionMultiplexer> NewRedisAsync() => ConnectionMultiplexer.ConnectAsync("127.0.0.1:1,abortConnect=false,connectTimeout=100");

    private LoopClock UseClock()
    {
        var clock = new LoopClock();
        (_clock, _store.Now) = (clock, () => clock.GetUtcNow().ToUnixTimeMilliseconds());
        return clock;
    }

    /// <summary>Two instances that have everything.</summary>
    private static string NewTable(GrantSettings settings, bool isLive)
    {
        var (table, half) = (new GrantTable { Id = "t", Family = "ffffff", Settings = settings.Fingerprint, Epoch = "store/t" }, settings.MaxConnections / 2);
        table.Members.Add(NewMember("a", half, settings.Guaranteed, isLive));
        table.Members.Add(NewMember("b", settings.MaxConnections - half - 1, settings.Guaranteed, isLive));
        return table.ToString();
    }

    private static GrantMember NewMember(string id, int reserved, int guaranteed, bool isLive) => new()
    {
        Id = id,
        Family = "ffffff",
        Reserved = reserved,
        Guaranteed = guaranteed,
        HasPlace = true,
        HasRenewed = true,
        Demand = 50,
        Hidden = 2,
        ExpiresAt = isLive ? long.MaxValue : 0,
    };

    private (RenewalLoop Loop, ControlConnection Control) NewLoop(IConnectionMultiplexer? redis, string connectionString)
    {
        var name = $"loop {Guid.NewGuid():N}";
        var database = BudgetDatabase.PostgreSql(NpgsqlFactory.Instance, connectionString);
        var options = new SharedBudgetOptions { Name = name, MaxConnections = 16, Instances = 2, GuaranteedConnections = 2, Database = database, Redis = redis, TimeProvider = _clock };
        var (settings, label) = (options.ToSettings(), new SessionLabel(name));
        var grant = new Grant(options.TimeProvider, settings, options.MaxOpening);
        var budget = new ConnectionBudget(name, grant);
        _budget = budget;
        if (redis is null)
        {
            // It asks in its own session.
            grant.HoldControl();
        }

        var control = database.CreateConnection(label);
        _renewer = new Renewer(_store, budget, grant, settings, label, options.TimeProvider);
        return (new RenewalLoop(options, _renewer, grant, budget, label, new SessionCounter(control, database.Dialect, label), control, _journal), control);
    }

    private sealed class MemoryStore : IGrantStore
    {
        private readonly object _gate = new();
        private int _version;

        internal string Text { get; set; } = "";

        internal int Writes => Volatile.Read(ref _version);

        internal Func<bool> Written { get; set; } = static () => false;

        /// <summary>Gets whether the session was open at the last write.</summary>
        internal bool WasOpen { get; private set; }

        internal bool LosesAnswers { get; set; }

        /// <summary>Gets or sets how many of the next writes find that another instance was faster.</summary>
        internal int LostSwaps { get; set; }

        internal Func<long> Now { get; set; } = static () => Environment.TickCount64;

        internal void Change(Action<GrantTable> change)
        {
            lock (_gate)
            {
                var table = GrantTable.Parse(Text);
                change(table);
                Text = table.ToString();
                _version++;
            }
        }

        public ValueTask<StoredTable> ReadAsync(CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                return new(new StoredTable(_version.ToString(CultureInfo.InvariantCulture), Text, Now(), "store"));
            }
        }

        public ValueTask<bool> TryWriteAsync(StoredTable read, string text, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                if (LostSwaps > 0)
                {
                    LostSwaps--;
                    return new(false);
                }

                if (read.Version != _version.ToString(CultureInfo.InvariantCulture))
                {
                    return new(false);
                }

                (Text, WasOpen) = (text, Written());
                _version++;
                return LosesAnswers ? throw new TimeoutException("The answer is lost.") : new(true);
            }
        }
    }

    /// <summary>Goes on when the loop waits for its next renewal.</summary>
    private sealed class LoopClock : FakeTimeProvider
    {
        private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

        private int _waits;
        private int _steps;

        /// <summary>Goes on until the start has ended, or a condition is met.</summary>
        /// <returns>The seconds since the beginning.</returns>
        internal async Task<double> RunAsync(Task begun, Func<bool>? isMet = null)
        {
            while (!begun.IsCompleted && isMet?.Invoke() != true)
            {
                await Patience.SoonAsync(() => Volatile.Read(ref _waits) > _steps || begun.IsCompleted);
                _steps = Volatile.Read(ref _waits);
                Advance(Step);
            }

            return (GetUtcNow() - Start).TotalSeconds;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime > TimeSpan.Zero && dueTime <= Step)
            {
                Interlocked.Increment(ref _waits);
            }

            return timer;
        }
    }
}
