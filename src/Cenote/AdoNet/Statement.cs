using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// The common part of a <see cref="PooledCommand"/> and a <see cref="PooledBatch"/>: an object of the driver. It is
/// created without a connection, so that the driver does not reuse it for another holder. It is attached to the session
/// of each lease that executes it, and detached before that lease is returned.
/// </summary>
internal abstract partial class Statement
{
    private readonly ConnectionPool _maker;
    private readonly bool _opensConnection;
    private PooledConnection? _connection;
    private PooledTransaction? _transaction;
    private DbTransaction? _appliedTransaction;
    private ConnectionLease _lease;
    private PooledDataReader? _lastReader;
    private bool _isAttached;
    private bool _isPrepared;
    private bool _isDisposed;

    /// <param name="pool">The pool whose driver created the object.</param>
    /// <param name="connection">The connection, or <see langword="null"/> until one is set.</param>
    /// <param name="opensConnection">Whether each execution opens and closes the connection, as for objects created by
    /// the pool itself.</param>
    private protected Statement(ConnectionPool pool, PooledConnection? connection, bool opensConnection)
    {
        _maker = pool;
        _connection = connection;
        _opensConnection = opensConnection;
    }

    /// <summary>Gets the pool of the connection, which may differ each time the connection is opened.</summary>
    private protected ConnectionPool Pool => _connection?.Pool ?? _maker;

    // The ring of the connection's attached statements, guarded by its gate. Null while not attached.
    internal Statement? Newer { get; set; }

    internal Statement? Older { get; set; }

    /// <summary>Gets the newest open reader of the statement.</summary>
    internal PooledDataReader? OpenReader
    {
        get
        {
            var reader = Volatile.Read(ref _lastReader);
            while (reader is { IsReleased: true })
            {
                reader = reader.Older;
            }

            return reader;
        }
    }

    /// <summary>Gets whether the statement is being executed or read.</summary>
    internal bool IsRunning => Volatile.Read(ref _running) != 0;

    internal bool HasOpenReader => OpenReader is not null;

    /// <summary>Gets whether detaching loses nothing that the owner requested.</summary>
    internal bool IsIdle => Volatile.Read(ref _running) == 0 && !_isPrepared && OpenReader is null;

    internal DbConnection? Connection
    {
        get => _opensConnection ? throw NotForDataSource() : Volatile.Read(ref _connection);
        set
        {
            if (_opensConnection)
            {
                throw NotForDataSource();
            }

            if (ReferenceEquals(value, _connection))
            {
                return;
            }

            if (value is not (null or PooledConnection))
            {
                throw new ArgumentException(
                    $"A command or batch of pool '{Pool.Name}' runs on the pool's own connections (PooledConnection), not on a {value.GetType()}.", nameof(value));
            }

            if (value is PooledConnection other && !other.Accepts(Pool))
            {
                throw new ArgumentException(
                    $"A command or batch of pool '{Pool.Name}' cannot run on a connection of pool '{other.Pool.Name}'.", nameof(value));
            }

            if (OpenReader is not null)
            {
                throw new InvalidOperationException("The connection of a command or batch cannot be changed while its reader is open. Close the reader first.");
            }

            DetachFromConnection();
            _connection = (PooledConnection?)value;
        }
    }

    internal DbTransaction? Transaction
    {
        get => _opensConnection ? throw NotForDataSource() : _transaction;
        set
        {
            if (_opensConnection)
            {
                throw NotForDataSource();
            }

            _transaction = value switch
            {
                null => null,
                PooledTransaction transaction when transaction.Accepts(Pool) => transaction,
                PooledTransaction transaction => throw new ArgumentException(
                    $"A command or batch of pool '{Pool.Name}' cannot join a transaction of pool '{transaction.Pool.Name}'.", nameof(value)),
                _ => throw new ArgumentException(
                    $"A command or batch of pool '{Pool.Name}' joins transactions begun on its PooledConnection, not a {value.GetType()}.", nameof(value)),
            };
        }
    }

    /// <summary>
    /// Detaches the driver's object from the session. The caller holds the connection's gate, and the lease is active.
    /// </summary>
    internal void Detach()
    {
        _isAttached = false;
        if (_isPrepared)
        {
            // The next lease may be on the same session after a reset, which removes prepared statements without the
            // driver noticing.
            _isPrepared = false;
            ForgetPreparation();
        }

        ApplyTransaction(null);
        SetDriverConnection(null);
    }

    /// <summary>Records that the holder may change the session of the lease through the driver's object.</summary>
    private protected void MarkDirty() => _lease.MarkDirty();

    /// <summary>Frees the driver's object, now or when its reader is closed.</summary>
    internal void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            if (OpenReader is null)
            {
                DetachFromConnection();
                DisposeDriverObject();
            }
        }
    }

    /// <inheritdoc cref="Dispose"/>
    internal ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return ValueTask.CompletedTask;
        }

        _isDisposed = true;
        if (OpenReader is not null)
        {
            return ValueTask.CompletedTask;
        }

        DetachFromConnection();
        return DisposeDriverObjectAsync();
    }

    /// <summary>Records that a reader has closed. A disposal that waited for it happens now.</summary>
    internal void ReaderClosed()
    {
        if (_isDisposed && OpenReader is null)
        {
            DetachFromConnection();
            DisposeDriverObject();
        }
    }

    /// <summary>
    /// Begins the use by a connection, without a place in its list. The caller is inside its gate, and no other thread
    /// uses the statement.
    /// </summary>
    private protected void AttachKept(PooledConnection connection, in ConnectionLease lease, DbConnection driver)
    {
        Volatile.Write(ref _connection, connection);
        _lease = lease;
        if (!_isAttached)
        {
            SetDriverConnection(driver);
            _isAttached = true;
        }
    }

    /// <summary>
    /// Ends the use by a connection. The driver's object stays attached to its session. No other thread uses the
    /// statement.
    /// </summary>
    private protected void LeaveConnection()
    {
        if (_connection is { } connection)
        {
            lock (connection)
            {
                if (Newer is not null)
                {
                    connection.Work.Unlink(this);
                }
            }
        }

        ApplyTransaction(null);
        _lastReader = null;
        _connection = null;
        _lease = default;
    }

    /// <summary>
    /// Adds the statement to the list of its connection, unless it is there. The end of the lease detaches it.
    /// </summary>
    private protected void Link()
    {
        if (Newer is not null || _connection is not { } connection)
        {
            return;
        }

        lock (connection)
        {
            // Not after a revocation: the closing thread has forgotten the statements of that lease, or will do so.
            if (Newer is null && _isAttached && _lease.IsActive)
            {
                connection.Work.Link(this);
            }
        }
    }

    /// <summary>Gets whether the statement was attached for this lease.</summary>
    private protected bool IsOf(in ConnectionLease lease) => _lease == lease;

    private protected abstract void SetDriverConnection(DbConnection? connection);

    private protected abstract void SetDriverTransaction(DbTransaction? transaction);

    /// <summary>Makes the driver's object unprepared, without a round trip to the server.</summary>
    private protected abstract void ForgetPreparation();

    private protected abstract void DisposeDriverObject();

    private protected abstract ValueTask DisposeDriverObjectAsync();

    private static NotSupportedException NotForDataSource() => new(
        "A command or batch created by the pool itself rents a connection for each execution. Its connection and transaction cannot be set, and it cannot be prepared. Use a command or batch of an open connection.");

    private void DetachFromConnection()
    {
        if (_connection is not { } connection)
        {
            return;
        }

        lock (connection)
        {
            if (Newer is not null)
            {
                if (_lease.IsActive)
                {
                    DetachOrRetire(connection);
                }

                connection.Work.Unlink(this);
            }
        }
    }

    // A cancel at the very end of a statement can leave MySqlConnector's command with a reader that no caller has. It
    // then keeps its connection, so no other holder may get that connection.
    private void DetachOrRetire(PooledConnection connection)
    {
        try
        {
            Detach();
        }
        catch (Exception exception)
        {
            connection.Failed(in _lease, exception);
            _lease.Slot!.RetireOnReturn(_lease.Ticket, CloseReason.CancelOutcomeUnknown);
        }
    }

    private void ApplyTransaction(DbTransaction? transaction)
    {
        if (!ReferenceEquals(transaction, _appliedTransaction))
        {
            SetDriverTransaction(transaction);
            _appliedTransaction = transaction;
        }
    }
}
