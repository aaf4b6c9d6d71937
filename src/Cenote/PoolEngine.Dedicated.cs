using Cenote.Providers;

namespace Cenote;

// Connections beside the pool that are not opened yet.
internal sealed partial class PoolEngine
{
    internal async ValueTask<DedicatedConnection> CreateDedicatedAsync(CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var credentials = Settings.Credentials is { } callback
            ? await callback(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)
            : null;
        return CreateDedicated(credentials);
    }

    internal DedicatedConnection CreateDedicated()
    {
        ThrowIfClosed();
        return CreateDedicated(Settings.Credentials?.Invoke(CancellationToken.None).AsTask().GetAwaiter().GetResult());
    }

    private DedicatedConnection CreateDedicated(DatabaseCredentials? credentials)
    {
        if (Settings.Credentials is not null && credentials is null)
        {
            throw new InvalidOperationException("The Credentials callback gave null instead of credentials.");
        }

        return new DedicatedConnection(Provider.CreateStandaloneConnection(Settings.Connection with { Credentials = credentials, QueryTimeout = null }));
    }

    private void ThrowIfClosed()
    {
        if (Desk.IsClosed)
        {
            throw new PoolClosedException(Settings.Name);
        }
    }
}
