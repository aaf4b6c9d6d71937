using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCoreTests.Replicas;

/// <summary>Records the server of each connection that EF Core opens, and can fail before the opening.</summary>
internal sealed class ServerRecorder : DbCommandInterceptor, IDbConnectionInterceptor
{
    private readonly List<string> _servers = [];

    internal bool FailsOpening { get; set; }

    internal string? LastCommand { get; private set; }

    /// <summary>The servers since the last look.</summary>
    internal string Take()
    {
        var taken = string.Join(' ', _servers);
        _servers.Clear();
        return taken;
    }

    public override DbCommand CommandInitialized(CommandEndEventData eventData, DbCommand result)
    {
        LastCommand = result.CommandText;
        return result;
    }

    public InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        FailsOpening ? throw new InvalidTimeZoneException("opening") : result;

    public async ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return ConnectionOpening(connection, eventData, result);
    }

    public void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        // Not the driver's own, for creating and deleting a database.
        if (connection is PooledConnection pooled)
        {
            _servers.Add(pooled.Pool.Name.Split('/')[1]);
        }
    }

    public Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ConnectionOpened(connection, eventData);
        return Task.CompletedTask;
    }
}
