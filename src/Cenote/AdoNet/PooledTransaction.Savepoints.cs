using System.Data.Common;

namespace Cenote.AdoNet;

// Savepoints.
internal sealed partial class PooledTransaction
{
    public override void Save(string savepointName) =>
        Call(savepointName, static (transaction, name) => transaction.Save(name));

    public override Task SaveAsync(string savepointName, CancellationToken cancellationToken = default) =>
        CallAsync(savepointName, static (transaction, name, token) => transaction.SaveAsync(name, token), cancellationToken);

    public override void Rollback(string savepointName) =>
        Call(savepointName, static (transaction, name) => transaction.Rollback(name));

    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) =>
        CallAsync(savepointName, static (transaction, name, token) => transaction.RollbackAsync(name, token), cancellationToken);

    public override void Release(string savepointName) =>
        Call(savepointName, static (transaction, name) => transaction.Release(name));

    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) =>
        CallAsync(savepointName, static (transaction, name, token) => transaction.ReleaseAsync(name, token), cancellationToken);

    private void Call(string name, Action<DbTransaction, string> call)
    {
        var transaction = Enter();
        try
        {
            call(transaction, name);
        }
        catch (Exception exception) when (_connection.Failed(in _lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            _connection.Leave();
        }
    }

    private async Task CallAsync(string name, Func<DbTransaction, string, CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        var transaction = Enter();
        try
        {
            await call(transaction, name, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (_connection.Failed(in _lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            _connection.Leave();
        }
    }
}
