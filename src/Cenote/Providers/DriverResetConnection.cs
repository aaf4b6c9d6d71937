using System.Data;
using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// A driver pool of exactly one connection stays under the slot: a lease opens the kept object, its return closes it,
/// and the driver clears the session in its own cheapest way.
/// </summary>
/// <remarks>
/// Between leases <see cref="PhysicalConnection.Connection"/> is closed while the session lives on in the driver's pool.
/// A connection whose <see cref="ClearSession"/> leaves it open is rented as it is. The driver must not enlist in ambient transactions by itself
/// (<c>Enlist=false</c>): a lease opens its connection where the caller is.
/// </remarks>
public abstract class DriverResetConnection : PhysicalConnection
{
    /// <summary>Wraps a closed connection of a driver pool that holds at most one session.</summary>
    /// <param name="connection">The connection object that every lease re-opens.</param>
    protected DriverResetConnection(DbConnection connection)
        : base(connection)
    {
    }

    /// <inheritdoc/>
    public sealed override SessionClearing SessionClearing => SessionClearing.DriverReset;

    /// <inheritdoc/>
    public sealed override bool ClearsSession => true;

    /// <inheritdoc/>
    public override bool ClearsInline => true;

    /// <inheritdoc/>
    public override bool PreparesLeases => true;

    /// <summary>Connects, then gives the session to the driver's pool of one.</summary>
    public override void Open()
    {
        Connection.Open();
        Connection.Close();
    }

    /// <summary>Connects, then gives the session to the driver's pool of one.</summary>
    /// <param name="cancellationToken">Signalled when the connect timeout has passed or the pool is closed.</param>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await Connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await Connection.CloseAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void ClearSession() => Connection.Close();

    /// <inheritdoc/>
    public override ValueTask ClearSessionAsync(CancellationToken cancellationToken) => new(Connection.CloseAsync());

    /// <summary>Opens the driver's connection object, unless <see cref="ClearSession"/> left it open.</summary>
    public override void PrepareLease()
    {
        if (Connection.State == ConnectionState.Closed)
        {
            Connection.Open();
        }
    }
}
