namespace Cenote.AdoNet;

// Commit, roll back.
internal sealed partial class PooledTransaction
{
    public override void Commit()
    {
        var transaction = Enter();
        try
        {
            _connection.Progress?.NoteCommit(this);
            transaction.Commit();
            _connection.Progress?.NoteSuccess(this);
            Complete();
        }
        catch (Exception exception) when (_connection.Failed(in _lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            _connection.Leave();
        }
    }

    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        var transaction = Enter();
        try
        {
            // Before it is sent, not without an answer.
            cancellationToken.ThrowIfCancellationRequested();
            _connection.Progress?.NoteCommit(this);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            _connection.Progress?.NoteSuccess(this);
            Complete();
        }
        catch (Exception exception) when (_connection.Failed(in _lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            _connection.Leave();
        }
    }

    public override void Rollback()
    {
        var transaction = Enter();
        try
        {
            transaction.Rollback();
            Complete();
        }
        catch (Exception exception) when (_connection.FailedEnding(in _lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            _connection.Leave();
        }
    }

    public override async Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        var transaction = Enter();
        try
        {
            await transaction.RollbackAsync(cancellationToken).ConfigureAwait(false);
            Complete();
        }
        catch (Exception exception) when (_connection.FailedEnding(in _lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            _connection.Leave();
        }
    }
}
