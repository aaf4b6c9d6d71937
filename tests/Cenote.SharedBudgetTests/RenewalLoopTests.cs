using Cenote.SharedBudget.Events;
using Cenote.SharedBudget.Renewal;
using Cenote.SharedBudget.Stores;
using Npgsql;
using StackExchange.Redis;

namespace Cenote.SharedBudgetTests;

/// <summary>The loop of one instance, on a store in memory in the place of Redis.</summary>
public sealed class RenewalLoopTests
{
    private readonly MemoryStore _store = new();
    private readonly StateJournal _journal = new(loggerFactory: null, "b", "i");

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

    private (RenewalLoop Loop, ControlConnection Control) NewLoop(IConnectionMultiplexer redis, string connectionString)
    {
        var name = $"loop {Guid.NewGuid():N}";
        var database = BudgetDatabase.PostgreSql(NpgsqlFactory.Instance, connectionString);
        var options = new SharedBudgetOptions { Name = name, MaxConnections = 16, Instances = 2, GuaranteedConnections = 2, Database = database, Redis = redis };
        var (settings, label) = (options.ToSettings(), new SessionLabel(name));
        var grant = new Grant(options.TimeProvider, settings, options.MaxOpening);
        var budget = new ConnectionBudget(name, grant);
        var control = database.CreateConnection(label);
        var renewer = new Renewer(_store, budget, grant, settings, label, options.TimeProvider);
        return (new RenewalLoop(options, renewer, grant, budget, label, new SessionCounter(control, database.Dialect, label), control, _journal), control);
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

        public ValueTask<StoredTable> ReadAsync(CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                return new(new StoredTable(_version.ToString(CultureInfo.InvariantCulture), Text, Environment.TickCount64, "store"));
            }
        }

        public ValueTask<bool> TryWriteAsync(StoredTable read, string text, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
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
}
