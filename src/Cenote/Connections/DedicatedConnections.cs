using System.Data.Common;
using System.Runtime.CompilerServices;
using Cenote.Budgets;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>The connections outside the pool, with its settings and credentials, but without a slot.</summary>
internal sealed class DedicatedConnections(
    DatabaseProvider provider, PoolSettings settings, LeaseDesk desk, ConnectionOpener opener, RentFailures failures, CancellationToken poolClosed)
{
    /// <summary>
    /// The permits of the drivers' connections, for users who keep only those: a permit comes back with the last
    /// reference.
    /// </summary>
    private static readonly ConditionalWeakTable<DbConnection, Permit> s_permits = new();

    /// <summary>Opens a connection.</summary>
    internal async ValueTask<DedicatedConnection> OpenAsync(CancellationToken cancellationToken) =>
        new((await OpenPhysicalAsync(waits: true, cancellationToken).ConfigureAwait(false))!);

    /// <summary>Opens a connection for the pool's own use.</summary>
    /// <returns><see langword="null"/> when the budget has no free connection, and the call does not wait.</returns>
    internal async ValueTask<PhysicalConnection?> OpenPhysicalAsync(bool waits, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        Permit? permit = null;
        try
        {
            if (desk.Share is { } share)
            {
                permit = waits ? await TakePermitAsync(share, cancellationToken).ConfigureAwait(false) : share.Ledger.TryTakeFree(share);
                if (permit is null)
                {
                    return null;
                }
            }

            var physical = await opener.OpenDedicatedAsync(permit, cancellationToken).ConfigureAwait(false);
            if (permit is not null)
            {
                permit.Opened();
                physical.KeepUntilEnded(permit.Keep());
                s_permits.AddOrUpdate(physical.Connection, permit);
            }

            return physical;
        }
        catch (OperationCanceledException) when (desk.IsClosed && !cancellationToken.IsCancellationRequested)
        {
            throw new PoolClosedException(settings.Name);
        }
        finally
        {
            permit?.Dispose();
        }
    }

    /// <summary>Waits for a permit of the budget, as long as a caller waits for a connection.</summary>
    private async ValueTask<Permit> TakePermitAsync(BudgetShare share, CancellationToken cancellationToken)
    {
        if (share.Ledger.TryTakeFree(share) is { } free)
        {
            return free;
        }

        failures.RecordBudgetWait();
        var started = settings.Clock.Elapsed;
        using var timeout = new CancellationTokenSource(settings.AcquireTimeout, settings.Clock.TimeProvider);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, poolClosed, cancellationToken);
        try
        {
            return await share.Ledger.TakeAsync(share, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !desk.IsClosed && !cancellationToken.IsCancellationRequested)
        {
            desk.Meters.Timeouts.Increment();
            throw failures.Exhaustion.DedicatedTimedOut(settings.AcquireTimeout, settings.Clock.Elapsed - started);
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
