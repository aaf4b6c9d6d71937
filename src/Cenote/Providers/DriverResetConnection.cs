using System.Data;
using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// A session in a driver's pool of exactly one connection. A lease opens the connection object, its return closes it,
/// and the driver resets the session in its own cheapest way.
/// </summary>
/// <remarks>
/// Between leases <see cref="PhysicalConnection.Connection"/> is closed while the session lives on in the driver's
/// pool. A connection whose <see cref="ResetSession"/> leaves it open is rented as it is. The driver must not enlist in
/// ambient transactions by itself (<c>Enlist=false</c>), because a lease opens its connection where the caller is.
/// </remarks>
public abstract class DriverResetConnection : PhysicalConnection
{
    /// <summary>Initializes a new instance of the <see cref="DriverResetConnection"/> class.</summary>
    /// <param name="connection">A closed connection of a driver's pool that contains at most one session. Every lease
    /// opens it again.</param>
    /// <param name="resetMode">What the driver resets after a lease.</param>
    protected DriverResetConnection(DbConnection connection, ResetMode resetMode)
        : base(connection, SessionReset.ByDriver, resetMode)
    {
    }

    /// <inheritdoc/>
    public override bool CanResetInline => true;

    /// <inheritdoc/>
    public override bool RequiresLeasePreparation => true;

    /// <summary>Connects, then returns the session to the driver's pool.</summary>
    public override void Open()
    {
        Connection.Open();
        Connection.Close();
    }

    /// <summary>Connects, then returns the session to the driver's pool.</summary>
    /// <param name="cancellationToken">A token to cancel the wait, when the connect timeout has passed or the pool is
    /// closed.</param>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await Connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await Connection.CloseAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void ResetSession() => Connection.Close();

    /// <inheritdoc/>
    public override ValueTask ResetSessionAsync(CancellationToken cancellationToken) => new(Connection.CloseAsync());

    /// <summary>Opens the driver's connection object, unless <see cref="ResetSession"/> has left it open.</summary>
    public override void PrepareLease()
    {
        if (Connection.State == ConnectionState.Closed)
        {
            Connection.Open();
        }
    }
}
