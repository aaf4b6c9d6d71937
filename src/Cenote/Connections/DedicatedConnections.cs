using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>The connections outside the pool, with its settings and credentials, but without a slot.</summary>
internal sealed class DedicatedConnections(DatabaseProvider provider, PoolSettings settings, LeaseDesk desk, ConnectionOpener opener)
{
    /// <summary>Opens a connection.</summary>
    internal async ValueTask<DedicatedConnection> OpenAsync(CancellationToken cancellationToken) =>
        new(await OpenPhysicalAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Opens a connection for the pool's own use.</summary>
    internal async ValueTask<PhysicalConnection> OpenPhysicalAsync(CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        try
        {
            return await opener.OpenDedicatedAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (desk.IsClosed && !cancellationToken.IsCancellationRequested)
        {
            throw new PoolClosedException(settings.Name);
        }
    }

    /// <summary>Creates a connection without opening it.</summary>
    internal async ValueTask<DedicatedConnection> CreateAsync(CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var credentials = settings.CredentialsProvider is { } callback
            ? await callback(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)
            : null;
        return Create(credentials);
    }

    /// <inheritdoc cref="CreateAsync"/>
    internal DedicatedConnection Create()
    {
        ThrowIfClosed();
        return Create(settings.CredentialsProvider?.Invoke(CancellationToken.None).AsTask().GetAwaiter().GetResult());
    }

    private DedicatedConnection Create(DatabaseCredentials? credentials)
    {
        if (settings.CredentialsProvider is not null && credentials is null)
        {
            throw new InvalidOperationException("The CredentialsProvider callback returned null. Return credentials.");
        }

        var connection = settings.Connection with { Credentials = credentials, QueryTimeout = null };
        return new DedicatedConnection(provider is IStandaloneConnectionProvider own ? own.CreateStandaloneConnection(connection) : provider.CreateConnection(connection));
    }

    private void ThrowIfClosed()
    {
        if (desk.IsClosed)
        {
            throw new PoolClosedException(settings.Name);
        }
    }
}
