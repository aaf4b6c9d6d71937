using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Cenote.AdoNet;

// Each execution enters the gate, attaches, calls the driver and leaves.
internal abstract partial class Statement
{
    internal int ExecuteNonQuery() => Execute(static statement => statement.NonQuery());

    internal Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(static (statement, token) => statement.NonQueryAsync(token), cancellationToken).AsTask();

    internal object? ExecuteScalar() => Execute(static statement => statement.Scalar());

    internal Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(static (statement, token) => statement.ScalarAsync(token), cancellationToken).AsTask();

    private T Execute<T>(Func<Statement, T> call)
    {
        var execution = Begin();
        Exception? failure = null;
        try
        {
            return call(this);
        }
        catch (Exception exception) when (execution.Failed(in _lease, failure = exception) is { } told)
        {
            throw told;
        }
        finally
        {
            End(in execution, failure);
        }
    }

    // With the task of its caller, this is the smallest awaited call: the state machine itself is re-used.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> ExecuteAsync<T>(Func<Statement, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var execution = await BeginAsync(cancellationToken).ConfigureAwait(false);
        RecordThread();
        Exception? failure = null;
        try
        {
            return await execution.Guard(call(this, cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception exception) when (execution.Failed(in _lease, failure = exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            await EndAsync(execution, failure, cancellationToken.IsCancellationRequested).ConfigureAwait(false);
        }
    }

    internal PooledDataReader ExecuteReader(CommandBehavior behavior)
    {
        var closes = _opensConnection || behavior.HasFlag(CommandBehavior.CloseConnection);
        var execution = Begin();
        var lease = _lease;
        Exception? failure = null;
        PooledDataReader? reader = null;
        try
        {
            return reader = Hold(in execution, Reader(behavior & ~CommandBehavior.CloseConnection), closes);
        }
        catch (Exception exception) when (execution.Failed(in lease, failure = exception) is { } told)
        {
            throw told;
        }
        finally
        {
            if (reader is null)
            {
                EndExecution(in lease, in execution, failure, isCancelled: false);
            }

            execution.Connection.Leave();
            if (closes && reader is null)
            {
                // No reader exists, whose closing would do this.
                execution.Connection.CloseIfHolding(in lease);
            }
        }
    }

    internal Task<DbDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        ReadAsync(behavior, cancellationToken).AsTask();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<DbDataReader> ReadAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var closes = _opensConnection || behavior.HasFlag(CommandBehavior.CloseConnection);
        var execution = await BeginAsync(cancellationToken).ConfigureAwait(false);
        RecordThread();
        var lease = _lease;
        Exception? failure = null;
        PooledDataReader? reader = null;
        try
        {
            reader = Hold(
                in execution,
                await execution.Guard(ReaderAsync(behavior & ~CommandBehavior.CloseConnection, cancellationToken)).ConfigureAwait(false),
                closes);
            reader.RecordCancel(cancellationToken);
            return reader;
        }
        catch (Exception exception) when (execution.Failed(in lease, failure = exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            if (reader is null)
            {
                await EndExecutionAsync(lease, execution, failure, cancellationToken.IsCancellationRequested).ConfigureAwait(false);
            }

            execution.Connection.Leave();
            if (closes && reader is null)
            {
                await execution.Connection.CloseIfHoldingAsync(in lease).ConfigureAwait(false);
            }
        }
    }

    internal void Prepare()
    {
        var execution = _opensConnection ? throw NotForDataSource() : Begin();
        _lease.MarkDirty();
        Exception? failure = null;
        try
        {
            PrepareDriverObject();
            _isPrepared = true;
        }
        catch (Exception exception) when (execution.Failed(in _lease, failure = exception) is { } told)
        {
            throw told;
        }
        finally
        {
            End(execution.Uncounted, failure);
        }
    }

    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var execution = _opensConnection ? throw NotForDataSource() : await BeginAsync(cancellationToken).ConfigureAwait(false);
        _lease.MarkDirty();
        RecordThread();
        Exception? failure = null;
        try
        {
            await PrepareDriverObjectAsync(cancellationToken).ConfigureAwait(false);
            _isPrepared = true;
        }
        catch (Exception exception) when (execution.Failed(in _lease, failure = exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            await EndAsync(execution.Uncounted, failure, cancellationToken.IsCancellationRequested).ConfigureAwait(false);
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

    private PooledDataReader Hold(in StatementExecution execution, DbDataReader reader, bool closes)
    {
        RecordOutside();
        Link();
        var held = new PooledDataReader(this, in execution, in _lease, reader, closes, OpenReader);
        Volatile.Write(ref _lastReader, held);
        return held;
    }
}
