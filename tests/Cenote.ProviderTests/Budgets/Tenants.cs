using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.NetworkInformation;
using Npgsql;

namespace Cenote.ProviderTests.Budgets;

/// <summary>
/// A pool for each tenant on a real PostgreSQL, and one budget for all. The server's own count of their connections is
/// read all the time on another connection.
/// </summary>
internal sealed class Tenants : IAsyncDisposable
{
    private readonly string _application = $"budget-{Guid.NewGuid():N}";
    private readonly ConnectionPool[] _pools;
    private readonly long[] _served;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private int _most;
    private int _samples;
    private int _ending;
    private long _longestWait;

    public Tenants(int count, int budget, TimeSpan maxIdleTime)
    {
        Budget = new ConnectionBudget("tenants", budget);
        var connectionString = new NpgsqlConnectionStringBuilder(RealServers.PostgreSqlOrdinary) { ApplicationName = _application }.ConnectionString;
        _served = new long[count];
        _pools = [.. Enumerable.Range(1, count).Select(number => new ConnectionPoolBuilder()
            .WithName($"tenant {number}")
            .UsePostgreSql(connectionString)
            .WithBudget(Budget)
            .Configure(options => (options.MaxIdleTime, options.ValidationTimeout) = (maxIdleTime, TimeSpan.FromMinutes(1)))
            .Build())];
        _watching = Task.Run(WatchAsync);
    }

    public ConnectionBudget Budget { get; }

    public int Count => _pools.Length;

    public IReadOnlyList<long> Served => _served;

    /// <summary>Gets the most connections that the server has seen at once.</summary>
    public int Most => Volatile.Read(ref _most);

    /// <summary>Gets how often the server was about to end a closed connection while the next one was open.</summary>
    public int Ending => Volatile.Read(ref _ending);

    /// <summary>Gets how often the server was asked.</summary>
    public int Samples => Volatile.Read(ref _samples);

    public TimeSpan LongestWait => TimeSpan.FromTicks(Volatile.Read(ref _longestWait));

    /// <summary>Rents a tenant's connection and runs a statement.</summary>
    public async Task ServeAsync(int tenant, string statement)
    {
        var started = Stopwatch.GetTimestamp();
        using var lease = await _pools[tenant].RentAsync();
        var waited = Stopwatch.GetElapsedTime(started).Ticks;
        for (var longest = Volatile.Read(ref _longestWait); waited > longest; longest = Volatile.Read(ref _longestWait))
        {
            Interlocked.CompareExchange(ref _longestWait, waited, longest);
        }

        await using var command = lease.Connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteScalarAsync();
        Interlocked.Increment(ref _served[tenant]);
    }

    /// <summary>
    /// Returns how evenly the tenants were served: 1 for equally, 1 divided by their number for one alone (Jain).
    /// </summary>
    public double GetFairness() => Math.Pow(_served.Sum(), 2) / (_served.Length * _served.Sum(static count => (double)count * count));

    public async Task<int> CountAtServerAsync()
    {
        await using var connection = new NpgsqlConnection(RealServers.PostgreSql);
        await connection.OpenAsync();
        return (await ReadClientPortsAsync(connection)).Count;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await Task.WhenAll(_pools.Select(static pool => pool.DisposeAsync().AsTask()));
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        await using var connection = new NpgsqlConnection(RealServers.PostgreSql);
        await connection.OpenAsync();
        while (!_stop.IsCancellationRequested)
        {
            var ports = await ReadClientPortsAsync(connection);
            var count = ports.Count;
            if (count > Budget.MaxConnections)
            {
                // The server's process may end after the driver has closed the connection, and late on a busy machine.
                _ending++;
                count = ports.Intersect(ReadOpenPorts()).Count();
            }

            _most = Math.Max(_most, count);
            _samples++;
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    /// <summary>Reads the ports of this machine that the server's sessions belong to.</summary>
    private async Task<List<int>> ReadClientPortsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT client_port FROM pg_stat_activity WHERE application_name = $1", connection) { Parameters = { new() { Value = _application } } };
        await using var reader = await command.ExecuteReaderAsync();
        List<int> ports = [];
        while (await reader.ReadAsync())
        {
            ports.Add(reader.GetInt32(0));
        }

        return ports;
    }

    /// <summary>Returns the ports of connections to the server that this side has not closed.</summary>
    private static IEnumerable<int> ReadOpenPorts()
    {
        var server = new NpgsqlConnectionStringBuilder(RealServers.PostgreSqlOrdinary).Port;
        return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
            .Where(connection => connection.RemoteEndPoint.Port == server && connection.State == TcpState.Established)
            .Select(static connection => connection.LocalEndPoint.Port);
    }
}
