namespace Cenote.AdoNet;

// Savepoints.
internal sealed partial class PooledTransaction
{
    public override void Save(string savepointName)
    {
        var transaction = Enter();
        try
        {
            transaction.Save(savepointName);
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

    public override async Task SaveAsync(string savepointName, CancellationToken cancellationToken = default)
    {
        var transaction = Enter();
        try
        {
            await transaction.SaveAsync(savepointName, cancellationToken).ConfigureAwait(false);
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

    public override void Rollback(string savepointName)
    {
        var transaction = Enter();
        try
        {
            transaction.Rollback(savepointName);
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

    public override async Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default)
    {
        var transaction = Enter();
        try
        {
            await transaction.RollbackAsync(savepointName, cancellationToken).ConfigureAwait(false);
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

    public override void Release(string savepointName)
    {
        var transaction = Enter();
        try
        {
            transaction.Release(savepointName);
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

    public override async Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default)
    {
        var transaction = Enter();
        try
        {
            await transaction.ReleaseAsync(savepointName, cancellationToken).ConfigureAwait(false);
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
}
