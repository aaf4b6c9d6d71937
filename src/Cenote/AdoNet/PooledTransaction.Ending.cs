namespace Cenote.AdoNet;

// Commit, roll back.
internal sealed partial class PooledTransaction
{
    public override void Commit()
    {
        var transaction = Enter();
        try
        {
            _connection.Progress?.NoteCommit();
            transaction.Commit();
            _connection.Progress?.NoteCommitted();
            Complete();
        }
        catch (Exception exception) when (_connection.Failed(in _lease, exception))
        {
            throw;
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
            _connection.Progress?.NoteCommit();
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            _connection.Progress?.NoteCommitted();
            Complete();
        }
        catch (Exception exception) when (_connection.Failed(in _lease, exception))
        {
            throw;
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
        catch (Exception exception) when (_connection.Failed(in _lease, exception))
        {
            throw;
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
        catch (Exception exception) when (_connection.Failed(in _lease, exception))
        {
            throw;
        }
        finally
        {
            _connection.Leave();
        }
    }
}
