using System.Data;
using System.Data.Common;

namespace Cenote.AdoNet;

// Each execution: announce it, attach, call the driver, leave.
internal abstract partial class Statement
{
    internal int ExecuteNonQuery()
    {
        var connection = Begin();
        try
        {
            return NonQuery();
        }
        catch (Exception exception) when (connection.Failed(in _lease, exception))
        {
            throw;
        }
        finally
        {
            End(connection);
        }
    }

    internal async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        var connection = await BeginAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await NonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (connection.Failed(in _lease, exception))
        {
            throw;
        }
        finally
        {
            await EndAsync(connection).ConfigureAwait(false);
        }
    }

    internal object? ExecuteScalar()
    {
        var connection = Begin();
        try
        {
            return Scalar();
        }
        catch (Exception exception) when (connection.Failed(in _lease, exception))
        {
            throw;
        }
        finally
        {
            End(connection);
        }
    }

    internal async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        var connection = await BeginAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ScalarAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (connection.Failed(in _lease, exception))
        {
            throw;
        }
        finally
        {
            await EndAsync(connection).ConfigureAwait(false);
        }
    }

    internal PooledDataReader ExecuteReader(CommandBehavior behavior)
    {
        var closes = _opensConnection || behavior.HasFlag(CommandBehavior.CloseConnection);
        var connection = Begin();
        var lease = _lease;
        PooledDataReader? reader = null;
        try
        {
            return reader = Hold(connection, Reader(behavior & ~CommandBehavior.CloseConnection), closes);
        }
        catch (Exception exception) when (connection.Failed(in lease, exception))
        {
            throw;
        }
        finally
        {
            connection.Leave();
            if (closes && reader is null)
            {
                // No reader, so nobody else would.
                connection.CloseIfHolding(in lease);
            }
        }
    }

    internal async Task<PooledDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var closes = _opensConnection || behavior.HasFlag(CommandBehavior.CloseConnection);
        var connection = await BeginAsync(cancellationToken).ConfigureAwait(false);
        var lease = _lease;
        PooledDataReader? reader = null;
        try
        {
            return reader = Hold(
                connection, await ReaderAsync(behavior & ~CommandBehavior.CloseConnection, cancellationToken).ConfigureAwait(false), closes);
        }
        catch (Exception exception) when (connection.Failed(in lease, exception))
        {
            throw;
        }
        finally
        {
            connection.Leave();
            if (closes && reader is null)
            {
                await connection.CloseIfHoldingAsync(in lease).ConfigureAwait(false);
            }
        }
    }

    internal void Prepare()
    {
        var connection = _opensConnection ? throw NotForDataSource() : Begin();
        try
        {
            PrepareDriverObject();
            _isPrepared = true;
        }
        catch (Exception exception) when (connection.Failed(in _lease, exception))
        {
            throw;
        }
        finally
        {
            End(connection);
        }
    }

    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var connection = _opensConnection ? throw NotForDataSource() : Begin();
        try
        {
            await PrepareDriverObjectAsync(cancellationToken).ConfigureAwait(false);
            _isPrepared = true;
        }
        catch (Exception exception) when (connection.Failed(in _lease, exception))
        {
            throw;
        }
        finally
        {
            End(connection);
        }
    }

    /// <summary>Cancels what the statement is doing on the lease that it is attached to; otherwise does nothing.</summary>
    internal void Cancel()
    {
        if (_connection is not { } connection || !connection.TryEnter(out var lease))
        {
            return;
        }

        try
        {
            if (Newer is not null && _lease == lease)
            {
                CancelDriverObject();
            }
        }
        catch (Exception exception) when (connection.Failed(in lease, exception))
        {
            throw;
        }
        finally
        {
            connection.Leave();
        }
    }

    private protected abstract int NonQuery();

    private protected abstract Task<int> NonQueryAsync(CancellationToken cancellationToken);

    private protected abstract object? Scalar();

    private protected abstract Task<object?> ScalarAsync(CancellationToken cancellationToken);

    private protected abstract DbDataReader Reader(CommandBehavior behavior);

    private protected abstract Task<DbDataReader> ReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken);

    private protected abstract void PrepareDriverObject();

    private protected abstract Task PrepareDriverObjectAsync(CancellationToken cancellationToken);

    private protected abstract void CancelDriverObject();

    private PooledDataReader Hold(PooledConnection connection, DbDataReader reader, bool closes)
    {
        var held = new PooledDataReader(this, connection, in _lease, reader, closes, OpenReader);
        Volatile.Write(ref _lastReader, held);
        return held;
    }

    private PooledConnection Begin()
    {
        var connection = _connection ?? throw WithoutConnection();
        if (!_opensConnection)
        {
            Enter(connection);
            return connection;
        }

        connection.Open();
        try
        {
            Enter(connection);
        }
        catch
        {
            connection.Close();
            throw;
        }

        return connection;
    }

    private ValueTask<PooledConnection> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = _connection ?? throw WithoutConnection();
        if (_opensConnection)
        {
            return OpenAndEnterAsync(connection, cancellationToken);
        }

        Enter(connection);
        return new ValueTask<PooledConnection>(connection);
    }

    private async ValueTask<PooledConnection> OpenAndEnterAsync(PooledConnection connection, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Enter(connection);
        }
        catch
        {
            await connection.CloseAsync().ConfigureAwait(false);
            throw;
        }

        return connection;
    }

    private void End(PooledConnection connection)
    {
        connection.Leave();
        if (_opensConnection)
        {
            connection.Close();
        }
    }

    private ValueTask EndAsync(PooledConnection connection)
    {
        connection.Leave();
        return _opensConnection ? new ValueTask(connection.CloseAsync()) : ValueTask.CompletedTask;
    }

    /// <summary>Announces the execution and attaches the driver's object to the session that the connection holds now.</summary>
    private void Enter(PooledConnection connection)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var lease = connection.Enter();
        try
        {
            if (Newer is null || _lease != lease)
            {
                Attach(connection, in lease);
            }

            ApplyTransaction(FindTransaction(connection, in lease));
        }
        catch
        {
            connection.Leave();
            throw;
        }
    }

    private void Attach(PooledConnection connection, in ConnectionLease lease)
    {
        lock (connection.StatementGate)
        {
            _isPrepared = false;
            SetDriverConnection(lease.Connection);
            _lease = lease;
            if (Newer is null)
            {
                connection.Link(this);
            }
        }
    }

    // A statement without a transaction of its own joins the one that is open: every driver allows one at a time, and some
    // refuse a statement that does not name it.
    private DbTransaction? FindTransaction(PooledConnection connection, in ConnectionLease lease) => _transaction is null
        ? connection.Transaction?.DriverTransaction
        : _transaction.FindDriverTransaction(in lease) ?? throw new InvalidOperationException(
            "The transaction of this command or batch is over, or was begun on another connection. Set its Transaction to the current one, or to null.");

    private static InvalidOperationException WithoutConnection() => new("The command or batch has no connection: set its Connection first.");
}
