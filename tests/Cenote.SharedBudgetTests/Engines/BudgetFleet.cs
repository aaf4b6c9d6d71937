using StackExchange.Redis;

namespace Cenote.SharedBudgetTests.Engines;

/// <summary>
/// Instances of one process with a pool each on a real database. The server's own count of their sessions is read all
/// the time on another connection.
/// </summary>
internal sealed class BudgetFleet : IAsyncDisposable
{
    private readonly string _name;
    private readonly FleetDatabase _database;
    private readonly List<BudgetMember> _members = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private readonly int _maxConnections;
    private int _most;
    private int _over;
    private int _samples;

    /// <summary>Begins to watch the server.</summary>
    /// <param name="maxConnections">The budget.</param>
    /// <param name="choose">Returns the database for a name.</param>
    internal BudgetFleet(int maxConnections, Func<string, FleetDatabase>? choose = null)
    {
        _name = $"fleet {Guid.NewGuid():N}";
        _database = (choose ?? FleetDatabase.PostgreSql)(_name);
        _maxConnections = maxConnections;
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>
    /// A grant does not end where a busy machine gives this process no time for a second. The first instance needs the
    /// time to live to start.
    /// </summary>
    internal static void KeepGrants(SharedBudgetOptions options) => options.TimeToLive = TimeSpan.FromSeconds(6);

    /// <summary>An answer may take long on a busy machine.</summary>
    internal static void BePatient(SharedBudgetOptions options) => (options.TimeToLive, options.RenewalInterval) = (TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(1));

    /// <summary>The server has seen sessions of the fleet, and never more than the budget.</summary>
    internal void StaysWithinItsBudget(ITestOutputHelper output)
    {
        var most = Volatile.Read(ref _most);
        output.WriteLine(FormattableString.Invariant($"most at the server {most} of {_maxConnections}, {_over} of {_samples} samples above it"));
        Assert.InRange(most, 1, _maxConnections);
    }

    /// <summary>Deletes the grants in Redis, which goes on.</summary>
    internal async Task DeleteGrantsAsync(string redis)
    {
        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis);
        Assert.True(await multiplexer.GetDatabase().KeyDeleteAsync($"cenote:budget:{_name}"));
    }

    /// <summary>Deletes the grants in the database, which goes on.</summary>
    internal async Task DeleteGrantsAsync()
    {
        await using var connection = await _database.OpenAdminAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"DELETE FROM cenote_budgets WHERE name = '{_name}'";
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    /// <summary>Starts an instance.</summary>
    /// <param name="redis">The address of Redis; <see langword="null"/> for the table of the database.</param>
    /// <param name="change">Changes its settings; <see langword="null"/> for those of the fleet.</param>
    internal async Task<BudgetMember> StartAsync(string? redis, Action<SharedBudgetOptions>? change = null)
    {
        var multiplexer = redis is null ? null : await ConnectionMultiplexer.ConnectAsync(redis);
        var options = new SharedBudgetOptions
        {
            EndsExpiredSessions = true,
            Name = _name,
            MaxConnections = _maxConnections,
            Instances = 3,
            GuaranteedConnections = 2,
            Database = _database.Describe(),
            Redis = multiplexer,
        };
        change?.Invoke(options);
        var shared = await SharedConnectionBudget.StartAsync(options);
        var pool = _database.Use(new ConnectionPoolBuilder().WithName(shared.Instance), shared.AddLabel(_database.ConnectionString)).WithBudget(shared.Budget).WithSize(0, 100).WithAcquireTimeout(TimeSpan.FromMinutes(5)).Build();
        var member = new BudgetMember(shared, pool, _database.Work, multiplexer);
        _members.Add(member);
        return member;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        await using var connection = await _database.OpenAdminAsync();
        while (!_stop.IsCancellationRequested)
        {
            var count = await CountAsync(connection);
            _most = Math.Max(_most, count);
            _over += count > _maxConnections ? 1 : 0;
            _samples++;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    private async Task<int> CountAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = _database.CountSessions;
        return Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
