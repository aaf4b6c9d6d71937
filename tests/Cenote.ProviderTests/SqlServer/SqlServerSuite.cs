namespace Cenote.ProviderTests.SqlServer;

/// <summary>
/// The real driver and the whole pool over a server that is scripted, since no SQL Server can be had here: what this
/// shows is what the driver does, and what the pool does with the driver.
/// </summary>
public abstract class SqlServerSuite : IAsyncDisposable
{
    internal TdsServer Server { get; } = new();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Server.DisposeAsync();
    }

    private protected ConnectionPool NewPool(int maxSize = 1, Action<ConnectionPoolOptions>? configure = null, string? connectionString = null)
    {
        var options = new ConnectionPoolOptions { MinSize = 0, MaxSize = maxSize, MaxOpenRetries = 0 };
        configure?.Invoke(options);
        return new ConnectionPool(new SqlServerProvider(connectionString ?? Server.ConnectionString), options);
    }

    private protected static ConnectionSettings Settings(SessionReset clearing = SessionReset.ByPool) => new()
    {
        SessionReset = clearing,
        ResetMode = ResetMode.Full,
        ConnectTimeout = TimeSpan.FromSeconds(30),
    };

    private protected static Task UntilAsync(Func<bool> condition) => Patience.SoonAsync(condition);
}
