using System.Data.Common;
using System.Runtime.CompilerServices;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote;

/// <summary>
/// A pool of physical connections to one database. Thread-safe; construct one for each database and keep it
/// for the life of the application.
/// </summary>
/// <remarks>
/// Two ways to hold a connection: <see cref="OpenConnectionAsync"/> gives a <see cref="PooledConnection"/>, safe to use
/// with any ADO.NET code; <see cref="RentAsync(CancellationToken, string, int, string)"/> gives a
/// <see cref="ConnectionLease"/> with the driver's own connection and costs no allocation. Both wait in one fair queue.
/// </remarks>
public sealed partial class ConnectionPool : DbDataSource
{
    private readonly PoolEngine _engine;
    private readonly RentPath _rents;

    /// <summary>Constructs a pool and starts opening connections up to its minimum size.</summary>
    /// <param name="provider">The database; the pool disposes of it.</param>
    /// <param name="options">The settings; <see langword="null"/> for the defaults. Read once: later changes have no
    /// effect.</param>
    /// <exception cref="PoolOptionsException">Settings cannot work; names every problem.</exception>
    /// <exception cref="ConnectionOpenException"><see cref="ConnectionPoolOptions.StartupMode"/> is
    /// <see cref="StartupMode.FailFast"/> and no connection could be opened.</exception>
    public ConnectionPool(DatabaseProvider provider, ConnectionPoolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _engine = new PoolEngine(provider, PoolSettings.Create(provider, options ?? new ConnectionPoolOptions()));
        _rents = _engine.Rents;
        _engine.Desk.Pool = this;
        _refusesAmbientTransactions = _engine.Settings.AmbientTransactionBehavior == AmbientTransactionBehavior.Throw;
        _engine.CircuitChanged.Sender = this;
        _engine.FailureObserved.Sender = this;
        _engine.Leaks.Reported.Sender = this;
        _engine.Journal.EventOccurred.Sender = this;
        _engine.Lifecycle.Start();
    }

    /// <summary>The pool's name in logs, statistics and exceptions.</summary>
    public string Name => _engine.Settings.Name;

    /// <summary>The database that the pool's connections lead to.</summary>
    public DatabaseProvider Provider => _engine.Provider;

    /// <summary>The connection string without secrets.</summary>
    public override string ConnectionString => _engine.Provider.ConnectionString;

    internal PoolEngine Engine => _engine;
}
