namespace Cenote.AdoNet;

// Commit and rollback.
internal sealed partial class PooledTransaction
{
    public override void Commit()
    {
        if (_connection.Progress is { Resolver: { } resolver } progress)
        {
            CommitResolved(progress, resolver);
        }
        else
        {
            End(commits: true);
        }
    }

    public override Task CommitAsync(CancellationToken cancellationToken = default) => _connection.Progress is { Resolver: { } resolver } progress
        ? CommitResolvedAsync(progress, resolver, cancellationToken)
        : EndAsync(commits: true, cancellationToken);

    public override void Rollback() => End(commits: false);

    public override Task RollbackAsync(CancellationToken cancellationToken = default) => EndAsync(commits: false, cancellationToken);

    private void End(bool commits)
    {
        var transaction = Enter();
        try
        {
            if (commits)
            {
                _connection.Progress?.RecordCommit(this);
                transaction.Commit();
                _connection.Progress?.RecordSuccess(this);
            }
            else
            {
                transaction.Rollback();
            }

            Complete();
        }
        catch (Exception exception) when (Failed(exception, commits) is { } told)
        {
            throw told;
        }
        finally
        {
            _connection.Leave();
        }
    }

    private async Task EndAsync(bool commits, CancellationToken cancellationToken)
    {
        var transaction = Enter();
        try
        {
            if (commits)
            {
                // Before it is sent, not without an answer.
                cancellationToken.ThrowIfCancellationRequested();
                _connection.Progress?.RecordCommit(this);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                _connection.Progress?.RecordSuccess(this);
            }
            else
            {
                await transaction.RollbackAsync(cancellationToken).ConfigureAwait(false);
            }

            Complete();
        }
        catch (Exception exception) when (Failed(exception, commits) is { } told)
        {
            throw told;
        }
        finally
        {
            _connection.Leave();
        }
    }

    private Exception? Failed(Exception exception, bool commits) =>
        commits ? _connection.Failed(in _lease, exception) : _connection.FailedEnding(in _lease, exception);
}
