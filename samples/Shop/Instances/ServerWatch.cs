using System.Data.Common;
using System.Globalization;
using Cenote.Shop.Database;
using MySqlConnector;
using Npgsql;

namespace Cenote.Shop.Instances;

/// <summary>
/// Counts the sessions of all instances at the server every 10 ms, on a connection that no budget has.
/// </summary>
internal sealed class ServerWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly InstanceSettings _settings;
    private readonly TimeProvider _clock;
    private readonly DbConnection _connection;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _watching;
    private int _latest;
    private int _most;
    private int _samples;
    private int _above;
    private long _usedWhileBusy;
    private long _busySamples;
    private int _isBusy;

    private ServerWatch(InstanceSettings settings, DbConnection connection, TimeProvider clock)
    {
        (_settings, _connection, _clock) = (settings, connection, clock);
        _watching = Task.Run(WatchAsync);
    }

    public int Latest => Volatile.Read(ref _latest);

    /// <summary>The most sessions in any sample.</summary>
    public int Most => Volatile.Read(ref _most);

    public int Samples => Volatile.Read(ref _samples);

    /// <summary>The samples with more sessions than the budget.</summary>
    public int Above => Volatile.Read(ref _above);

    /// <summary>Whether the instances want more than there is, so that what is used counts.</summary>
    public bool IsBusy
    {
        get => Volatile.Read(ref _isBusy) != 0;
        set => Volatile.Write(ref _isBusy, value ? 1 : 0);
    }

    /// <summary>
    /// The sum of sessions in the samples while the instances wanted more than there is, and their number.
    /// </summary>
    public (long Sessions, long Samples) Busy => (Interlocked.Read(ref _usedWhileBusy), Interlocked.Read(ref _busySamples));

    /// <summary>The used part of the budget while the instances wanted more than there is, 0 to 1.</summary>
    public double Use => _busySamples == 0 ? 0 : (double)Interlocked.Read(ref _usedWhileBusy) / (Interlocked.Read(ref _busySamples) * _settings.MaxConnections);

    /// <summary>Begins to count.</summary>
    /// <param name="settings">The settings of the instances.</param>
    /// <param name="connectionString">A connection string of a user who sees the sessions of the instances.</param>
    /// <param name="clock">The clock.</param>
    public static async Task<ServerWatch> StartAsync(InstanceSettings settings, string connectionString, TimeProvider clock)
    {
        DbConnection connection = settings.Provider == ShopProvider.MySql ? new MySqlConnection(connectionString) : new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return new ServerWatch(settings, connection, clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching;
        await _connection.DisposeAsync();
        _ended.Dispose();
    }

    private async Task WatchAsync()
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = _settings.Provider == ShopProvider.MySql
            ? "SELECT COUNT(*) FROM performance_schema.session_account_connect_attrs WHERE ATTR_NAME = 'program_name' AND ATTR_VALUE LIKE @name"
            : "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE @name";
        var name = command.CreateParameter();
        (name.ParameterName, name.Value) = ("@name", _settings.Name + "%");
        command.Parameters.Add(name);
        using var timer = new PeriodicTimer(Interval, _clock);
        while (!_ended.IsCancellationRequested)
        {
            Record(Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture));
            await timer.WaitForNextTickAsync();
        }
    }

    private void Record(int sessions)
    {
        Volatile.Write(ref _latest, sessions);
        Volatile.Write(ref _most, Math.Max(_most, sessions));
        Interlocked.Increment(ref _samples);
        Interlocked.Add(ref _above, sessions > _settings.MaxConnections ? 1 : 0);
        if (IsBusy)
        {
            Interlocked.Add(ref _usedWhileBusy, sessions);
            Interlocked.Increment(ref _busySamples);
        }
    }
}
