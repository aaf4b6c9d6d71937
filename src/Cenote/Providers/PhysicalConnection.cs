using System.Data;
using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// One session at the server, as the pool works with it: open, lend, clear, validate, close.
/// Derive from <see cref="OwnResetConnection"/> or <see cref="DriverResetConnection"/>, the two ways there are.
/// </summary>
/// <remarks>The pool calls one member at a time, but from changing threads.</remarks>
public abstract class PhysicalConnection
{
    private protected PhysicalConnection(DbConnection connection) => Connection = connection;

    /// <summary>The driver's connection that a lease exposes.</summary>
    public DbConnection Connection { get; }

    /// <summary>Who clears the session after a lease.</summary>
    public abstract SessionClearing SessionClearing { get; }

    /// <summary>
    /// Whether <see cref="ClearSession"/> has anything to do after a lease. Constant over the connection's life.
    /// </summary>
    public abstract bool ClearsSession { get; }

    /// <summary>
    /// Whether clearing needs no round trip to the server, so that the returning caller may do it on its own thread.
    /// Constant from the moment that the connection is open.
    /// </summary>
    public abstract bool ClearsInline { get; }

    /// <summary>
    /// Whether the session is alive as far as the driver knows, asked after each lease before it is cleared. No round trip.
    /// Where nothing is cleared (<see cref="ClearsSession"/>), only the state of <see cref="Connection"/> is looked at.
    /// </summary>
    public virtual bool IsUsable => Connection.State == ConnectionState.Open;

    /// <summary>Connects and sets up the session, blocking the calling thread.</summary>
    public abstract void Open();

    /// <summary>Connects and sets up the session.</summary>
    /// <param name="cancellationToken">Signalled when the connect timeout has passed or the pool is closed.</param>
    public abstract ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>Clears what a lease did to the session. An exception means the connection cannot be used again.</summary>
    public abstract void ClearSession();

    /// <summary>Clears what a lease did to the session. An exception means the connection cannot be used again.</summary>
    /// <param name="cancellationToken">Signalled when the validation timeout has passed.</param>
    public abstract ValueTask ClearSessionAsync(CancellationToken cancellationToken);

    /// <summary>Proves, in the driver's cheapest way, that the session answers. An exception means it does not. The driver's connection is open.</summary>
    /// <param name="timeout">The longest it may take.</param>
    public abstract void Validate(TimeSpan timeout);

    /// <summary>Proves, in the driver's cheapest way, that the session answers. An exception means it does not. The driver's connection is open.</summary>
    /// <param name="timeout">The longest it may take.</param>
    /// <param name="cancellationToken">Signalled when that time has passed.</param>
    public abstract ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Ends the session and frees everything. Called once, also after a failed open.</summary>
    public abstract ValueTask CloseAsync();

    /// <summary>Makes the driver's connection ready for its next holder. Never connects, never blocks.</summary>
    internal virtual void BeginLease()
    {
    }
}
