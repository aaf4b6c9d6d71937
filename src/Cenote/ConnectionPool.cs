using System.Data.Common;
using System.Runtime.CompilerServices;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote;

/// <summary>
/// A pool of physical connections to one database. Create one pool per database and keep it for the lifetime of the
/// application. Thread-safe.
/// </summary>
/// <remarks>
/// Connections are rented in two ways. <see cref="OpenConnectionAsync(CancellationToken, string, int, string)"/>
/// returns a <see cref="PooledConnection"/>, which is safe to use with any ADO.NET code.
/// <see cref="RentAsync(CancellationToken, string, int, string)"/> returns a <see cref="ConnectionLease"/> with the
/// driver's own connection, without allocating. Callers of both wait in one fair queue.
/// </remarks>
public sealed partial class ConnectionPool : DbDataSource
{
    private readonly PoolEngine _engine;
    private readonly RentPath _rents;

    /// <summary>Creates a pool and starts opening connections up to its minimum size.</summary>
    /// <param name="provider">The provider of the database. The pool disposes of it.</param>
    /// <param name="options">The settings; <see langword="null"/> for the defaults. Read once: later changes have no
    /// effect.</param>
    /// <exception cref="PoolOptionsException">Settings are invalid; lists every problem.</exception>
    /// <exception cref="ConnectionOpenException"><see cref="ConnectionPoolOptions.StartupMode"/> is
    /// <see cref="StartupMode.FailFast"/> and no connection could be opened.</exception>
    public ConnectionPool(DatabaseProvider provider, ConnectionPoolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _engine = new PoolEngine(provider, PoolSettings.Create(provider, options ?? new ConnectionPoolOptions()));
        _rents = _engine.Rents;
        _engine.Desk.Pool = this;
        _looksForTransactions = _engine.Settings.AmbientTransactionBehavior != AmbientTransactionBehavior.Ignore;
        if (_engine.Settings.SessionContextProvider is not null)
        {
            SessionContextUse.Begin();
        }

        _engine.CircuitChanged.Sender = this;
        _engine.FailureObserved.Sender = this;
        _engine.Leaks.Reported.Sender = this;
        _engine.Journal.EventOccurred.Sender = this;
        _engine.Lifecycle.Start();
    }

    /// <summary>Gets the pool's name in logs, statistics and exceptions.</summary>
    public string Name => _engine.Settings.Name;

    /// <summary>Gets the provider of the pool's database.</summary>
    public DatabaseProvider Provider => _engine.Provider;

    /// <summary>Gets the connection string without secrets.</summary>
    public override string ConnectionString => _engine.Provider.ConnectionString;

    /// <summary>
    /// Gets the budget of connections that the pool shares with others; <see langword="null"/> for none.
    /// </summary>
    public ConnectionBudget? Budget => _engine.Settings.Budget;

    internal PoolEngine Engine => _engine;
}
