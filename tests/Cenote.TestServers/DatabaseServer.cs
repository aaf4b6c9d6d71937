using System.Security.Cryptography;
using Cenote.Providers;
using Cenote.TestServers.Processes;
using Cenote.TestServers.Proxy;

namespace Cenote.TestServers;

/// <summary>
/// A real server of the lab's own, which may be killed. Not thread-safe: one scenario at a time does things to it.
/// </summary>
internal abstract class DatabaseServer : IAsyncDisposable
{
    /// <summary>How many connections it accepts from everybody but the administrator.</summary>
    internal const int MaxConnections = 40;

    private readonly LabDirectory _directory;
    private ServerProcess? _process;
    private int _incarnation;

    protected DatabaseServer(LabDirectory directory)
    {
        _directory = directory;
        Port = FreePort.Take();
        Password = NewPassword();
    }

    internal abstract string Name { get; }

    internal abstract Wire.IsRequest IsRequest { get; }

    internal int Port { get; }

    internal int ProcessId => _process!.Id;

    internal string Directory => _directory.Path;

    /// <summary>Of the user that the pools under test connect as.</summary>
    internal string Password { get; private protected set; }

    /// <summary>The same session number may be given out again by a later incarnation of the server.</summary>
    internal string Incarnation => $"life{_incarnation}";

    internal bool IsReadOnly { get; private set; }

    protected const string User = "worker";

    /// <summary>What a client does here.</summary>
    internal abstract Work Work { get; }

    /// <summary>A statement that runs until its session is ended.</summary>
    internal abstract string Hang { get; }

    /// <summary>The number of a session in which <see cref="Hang"/> is running.</summary>
    internal abstract string HangingQuery { get; }

    internal abstract string SessionNumber { get; }

    protected string AdminPassword { get; private protected set; } = NewPassword();

    protected abstract string StopSignal { get; }

    /// <summary>For the pool under test, by way of the given port.</summary>
    internal abstract string ConnectionString(int port);

    /// <summary>For the driver's own pool.</summary>
    internal abstract string PooledConnectionString(int port, int maxSize, int timeoutSeconds);

    internal abstract DatabaseProvider CreateProvider(int port);

    /// <summary>A session of the administrator's, never pooled, never through a proxy.</summary>
    internal abstract Task<DbConnection> OpenAdminAsync();

    /// <summary>A session like the pool's, of another client.</summary>
    internal abstract Task<DbConnection> OpenStrangerAsync();

    /// <summary>The sessions of the user that pools connect as.</summary>
    internal abstract string SessionsQuery { get; }

    internal abstract string SessionDetailsQuery { get; }

    internal abstract string EndSession(long session);

    internal abstract string Insert(int value);

    internal abstract string Count(int value);

    protected abstract Task<ServerProcess> LaunchAsync(string incarnation, bool readOnly);

    protected abstract string ChangePassword(string password);

    internal async Task StartAsync(bool readOnly = false)
    {
        IsReadOnly = readOnly;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _process = await LaunchAsync($"life{_incarnation + 1}", readOnly);
                _incarnation++;
                return;
            }
            catch (InvalidOperationException) when (attempt < 50)
            {
                // What a killed server leaves behind (children, memory, a lock file) takes a moment to go.
            }
        }
    }

    internal async Task KillAsync()
    {
        await _process!.DisposeAsync();
        _process = null;
    }

    internal async Task StopAsync()
    {
        await _process!.StopAsync(StopSignal);
        await _process.DisposeAsync();
        _process = null;
    }

    internal async Task<string> UseNewPasswordAsync()
    {
        var password = NewPassword();
        await ExecuteAsync(ChangePassword(password));
        return Password = password;
    }

    internal async Task ExecuteAsync(params string[] statements)
    {
        await using var admin = await OpenAdminAsync();
        foreach (var statement in statements)
        {
            await using var command = admin.CreateCommand();
            command.CommandText = statement;
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>What the sessions of the pool's user are doing, for a report.</summary>
    internal async Task<string> DescribeSessionsAsync()
    {
        await using var admin = await OpenAdminAsync();
        await using var command = admin.CreateCommand();
        command.CommandText = SessionDetailsQuery;
        await using var reader = await command.ExecuteReaderAsync();
        List<string> sessions = [];
        while (await reader.ReadAsync())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            sessions.Add(string.Join(' ', values));
        }

        return string.Join("; ", sessions);
    }

    internal async Task<string> ReadVersionAsync()
    {
        await using var admin = await OpenAdminAsync();
        return $"{Name} {admin.ServerVersion}";
    }

    internal async Task<List<long>> SessionsAsync()
    {
        await using var admin = await OpenAdminAsync();
        await using var command = admin.CreateCommand();
        command.CommandText = SessionsQuery;
        await using var reader = await command.ExecuteReaderAsync();
        List<long> sessions = [];
        while (await reader.ReadAsync())
        {
            sessions.Add(Convert.ToInt64(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture));
        }

        return sessions;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    protected static string NewPassword() => Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
}
