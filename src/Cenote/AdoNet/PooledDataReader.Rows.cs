namespace Cenote.AdoNet;

// Rows and results.
internal sealed partial class PooledDataReader
{
    public override bool HasRows => Call(0, static (reader, _) => reader.HasRows);

    public override int Depth => Call(0, static (reader, _) => reader.Depth);

    /// <summary>
    /// Gets the number of affected rows. It is final once the reader is closed, and stays readable, as ADO.NET
    /// requires.
    /// </summary>
    public override int RecordsAffected => IsOver ? _recordsAffected : Call(0, static (reader, _) => reader.RecordsAffected);

    public override bool Read()
    {
        var reader = Enter();
        try
        {
            BeginMoving();
            return reader.Read();
        }
        catch (Exception exception) when (FailedMoving(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    public override bool NextResult()
    {
        var reader = Enter();
        try
        {
            BeginMoving();
            return reader.NextResult();
        }
        catch (Exception exception) when (FailedMoving(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    public override Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return LeaveEarly(cancellationToken);
        }

        var reader = Enter();
        Task<bool>? reading = null;
        try
        {
            BeginMoving();
            reading = reader.ReadAsync(cancellationToken);
            return reading.IsCompletedSuccessfully ? reading : AwaitAsync(reading, cancellationToken);
        }
        catch (Exception exception) when (FailedMoving(exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            // Nearly every row is already here, and costs no task of ours.
            if (reading is null or { IsCompletedSuccessfully: true })
            {
                RecordCancel(cancellationToken);
                Leave();
            }
        }
    }

    public override async Task<bool> NextResultAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return await LeaveEarly(cancellationToken).ConfigureAwait(false);
        }

        var reader = Enter();
        try
        {
            BeginMoving();
            return await Guard(reader.NextResultAsync(cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception exception) when (FailedMoving(exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            RecordCancel(cancellationToken);
            Leave();
        }
    }

    /// <summary>
    /// Cancels the statement instead of passing on a signalled token. A driver may send a cancel for such a token, or
    /// return buffered rows, and the duration of sending would not be known.
    /// </summary>
    private Task<bool> LeaveEarly(CancellationToken cancellationToken)
    {
        if (IsOver)
        {
            throw Over();
        }

        // Only once, because another attempt with the same token has nothing to cancel. Some drivers block while they
        // send, so this does not run on the caller's thread.
        return _root.IsFirstToLeaveEarly()
            ? CancelAndLeaveAsync(cancellationToken)
            : Task.FromCanceled<bool>(cancellationToken);
    }

    private bool IsFirstToLeaveEarly() => Interlocked.Exchange(ref _hasLeftEarly, 1) == 0;

    private async Task<bool> CancelAndLeaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(_statement.Cancel, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The pool has recorded the failure. The caller requested a cancellation, and gets its exception.
        }

        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>
    /// Does the same as <see cref="Failed"/>, for a failure that may have ended the reader. For exception filters.
    /// </summary>
    private Exception? FailedMoving(Exception exception, CancellationToken cancellationToken = default)
    {
        _root._moveFailure = exception;
        return Failed(exception, cancellationToken);
    }

    private async Task<T> AwaitAsync<T>(Task<T> task, CancellationToken cancellationToken)
    {
        try
        {
            return await Guard(task).ConfigureAwait(false);
        }
        catch (Exception exception) when (FailedMoving(exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            RecordCancel(cancellationToken);
            Leave();
        }
    }
}
