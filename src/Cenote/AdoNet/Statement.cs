using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// What a <see cref="PooledCommand"/> and a <see cref="PooledBatch"/> have in common: an object of the driver, made
/// without a connection so that the driver never gives it to anyone else, which is attached to the session of each
/// lease that executes it and detached before that lease is returned.
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
    private bool _isPrepared;
    private bool _isDisposed;

    /// <param name="pool">Whose driver made the object.</param>
    /// <param name="connection">The connection to execute on; <see langword="null"/> until one is set.</param>
    /// <param name="opensConnection">Whether each execution opens and closes the connection, as those made by the pool
    /// itself do.</param>
    private protected Statement(ConnectionPool pool, PooledConnection? connection, bool opensConnection)
    {
        _maker = pool;
        _connection = connection;
        _opensConnection = opensConnection;
    }

    /// <summary>The pool of the connection, which may be another each time that one is opened.</summary>
    private protected ConnectionPool Pool => _connection?.Pool ?? _maker;

    // The ring of the connection's attached statements, guarded by its gate. Null while not attached.
    internal Statement? Newer { get; set; }

    internal Statement? Older { get; set; }

    /// <summary>The newest of the statement's readers that is open.</summary>
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

    /// <summary>Whether it is being executed, or read from.</summary>
    internal bool IsRunning => Volatile.Read(ref _running) != 0;

    internal bool HasOpenReader => OpenReader is not null;

    /// <summary>Whether detaching it loses nothing that its owner asked for.</summary>
    internal bool IsIdle => Volatile.Read(ref _running) == 0 && !_isPrepared && OpenReader is null;

    internal DbConnection? Connection
    {
        get => _opensConnection ? throw NotForDataSource() : _connection;
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
                throw new InvalidOperationException("The connection of a command or batch cannot be changed while its reader is open: close the reader first.");
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
    /// Takes the driver's object off the session. The caller holds the connection's gate, and the lease is active.
    /// </summary>
    internal void Detach()
    {
        if (_isPrepared)
        {
            // The next lease may be on the same session, cleared of what was prepared on it: the driver would not
            // notice.
            _isPrepared = false;
            ForgetPreparation();
        }

        ApplyTransaction(null);
        SetDriverConnection(null);
    }

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

    /// <summary>A reader has closed: a disposal that waited for it happens now.</summary>
    internal void ReaderClosed()
    {
        if (_isDisposed && OpenReader is null)
        {
            DetachFromConnection();
            DisposeDriverObject();
        }
    }

    private protected abstract void SetDriverConnection(DbConnection? connection);

    private protected abstract void SetDriverTransaction(DbTransaction? transaction);

    /// <summary>Makes the driver's object unprepared, without talking to the server.</summary>
    private protected abstract void ForgetPreparation();

    private protected abstract void DisposeDriverObject();

    private protected abstract ValueTask DisposeDriverObjectAsync();

    private static NotSupportedException NotForDataSource() => new(
        "A command or batch made by the pool itself rents a connection for each execution: it has no connection and no transaction to set, and cannot be prepared. Use those of an open connection.");

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

    // A cancel that meets the very end of a statement can leave MySqlConnector's command with a reader that no caller
    // has, and it then refuses to let go of its connection: no other holder may get that one.
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
