namespace Cenote.AdoNet;

// Closing by the owner, or with the lease.
internal sealed partial class PooledDataReader
{
    public override void Close()
    {
        if (!TryBeginClosing())
        {
            return;
        }

        try
        {
            _reader.Close();
            _recordsAffected = _reader.RecordsAffected;
            _reader.Dispose();
        }
        catch (Exception exception) when (HidesAnother(exception))
        {
            _connection.FailedEnding(in _lease, exception);
        }
        catch (Exception exception) when (Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            _statement.EndExecution(in _lease, in _execution, _failure, _isCancelled);
            EndClosing();
            if (_closesConnection)
            {
                _connection.CloseIfHolding(in _lease);
            }
        }
    }

    public override async Task CloseAsync()
    {
        if (!TryBeginClosing())
        {
            return;
        }

        try
        {
            await _reader.CloseAsync().ConfigureAwait(false);
            _recordsAffected = _reader.RecordsAffected;
            await _reader.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (HidesAnother(exception))
        {
            _connection.FailedEnding(in _lease, exception);
        }
        catch (Exception exception) when (Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            await _statement.EndExecutionAsync(_lease, _execution, _failure, _isCancelled).ConfigureAwait(false);
            EndClosing();
            if (_closesConnection)
            {
                await _connection.CloseIfHoldingAsync(in _lease).ConfigureAwait(false);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }

        base.Dispose(disposing);
    }

    /// <summary>Stops new calls, because the lease is about to be returned.</summary>
    internal void Stop() => Interlocked.Exchange(ref _isEnded, 1);

    /// <summary>Closes the driver's reader, which its owner left open, after <see cref="Stop"/>.</summary>
    internal void Release()
    {
        _isReleased = true;
        try
        {
            _reader.Dispose();
        }
        finally
        {
            _statement.EndExecution(in _lease, in _execution, _failure, _isCancelled);
        }

        _statement.ReaderClosed();
    }

    /// <inheritdoc cref="Release"/>
    internal async ValueTask ReleaseAsync()
    {
        _isReleased = true;
        try
        {
            await _reader.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await _statement.EndExecutionAsync(_lease, _execution, _failure, _isCancelled).ConfigureAwait(false);
        }

        _statement.ReaderClosed();
    }

    /// <summary>
    /// Gets whether a failure to close would hide an earlier failure that ended the statement or its session, and that
    /// the caller has received.
    /// </summary>
    /// <remarks>
    /// An unreadable value does not end the statement, and a database may execute the rest of a text after an error. A
    /// failure after that is new to the caller. Read only when closing has failed.
    /// </remarks>
    private bool HidesAnother(Exception exception) =>
        PooledConnection.IsLost(in _lease)
        || (_moveFailure is { } told && (IsEndOfStatement(told) || _connection.Pool.Engine.Classifier.Classify(exception) == FailureKind.ConnectionLost));

    private bool IsEndOfStatement(Exception failure) =>
        failure is OperationCanceledException
        || _connection.Pool.Engine.Classifier.Classify(failure) is FailureKind.QueryTimeout or FailureKind.ConnectionLost
        || _connection.Pool.Engine.Classifier.IsCancellation(failure);

    /// <summary>
    /// Takes the driver's reader for closing. Only one call gets it, and only while the lease is active.
    /// </summary>
    private bool TryBeginClosing()
    {
        if (_isEnded != 0 || !_connection.TryEnterAs(in _lease))
        {
            return false;
        }

        if (Interlocked.Exchange(ref _isEnded, 1) == 0)
        {
            return true;
        }

        _connection.Leave();
        return false;
    }

    private void EndClosing()
    {
        _isReleased = true;
        _statement.ReaderClosed();
        _connection.Leave();
    }
}
