using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCoreTests.Watching;

internal sealed class TransactionRecorder(CallRecorder calls) : DbTransactionInterceptor
{
    public override InterceptionResult<DbTransaction> TransactionStarting(DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result) => Note(result, nameof(TransactionStarting));

    public override ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(TransactionStartingAsync)));

    public override DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result) => Note(result, nameof(TransactionStarted));

    public override ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(TransactionStartedAsync)));

    public override DbTransaction TransactionUsed(DbConnection connection, TransactionEventData eventData, DbTransaction result) => Note(result, nameof(TransactionUsed));

    public override ValueTask<DbTransaction> TransactionUsedAsync(
        DbConnection connection, TransactionEventData eventData, DbTransaction result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(TransactionUsedAsync)));

    public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) => Note(result, nameof(TransactionCommitting));

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(TransactionCommittingAsync)));

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => calls.Note(nameof(TransactionCommitted));

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(TransactionCommittedAsync));
        return Task.CompletedTask;
    }

    public override InterceptionResult TransactionRollingBack(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) => Note(result, nameof(TransactionRollingBack));

    public override ValueTask<InterceptionResult> TransactionRollingBackAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(TransactionRollingBackAsync)));

    public override void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => calls.Note(nameof(TransactionRolledBack));

    public override Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(TransactionRolledBackAsync));
        return Task.CompletedTask;
    }

    public override InterceptionResult CreatingSavepoint(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) => Note(result, nameof(CreatingSavepoint));

    public override ValueTask<InterceptionResult> CreatingSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(CreatingSavepointAsync)));

    public override void CreatedSavepoint(DbTransaction transaction, TransactionEventData eventData) => calls.Note(nameof(CreatedSavepoint));

    public override Task CreatedSavepointAsync(DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(CreatedSavepointAsync));
        return Task.CompletedTask;
    }

    public override InterceptionResult RollingBackToSavepoint(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) => Note(result, nameof(RollingBackToSavepoint));

    public override ValueTask<InterceptionResult> RollingBackToSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(RollingBackToSavepointAsync)));

    public override void RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData) => calls.Note(nameof(RolledBackToSavepoint));

    public override Task RolledBackToSavepointAsync(DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(RolledBackToSavepointAsync));
        return Task.CompletedTask;
    }

    public override InterceptionResult ReleasingSavepoint(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) => Note(result, nameof(ReleasingSavepoint));

    public override ValueTask<InterceptionResult> ReleasingSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(ReleasingSavepointAsync)));

    public override void ReleasedSavepoint(DbTransaction transaction, TransactionEventData eventData) => calls.Note(nameof(ReleasedSavepoint));

    public override Task ReleasedSavepointAsync(DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(ReleasedSavepointAsync));
        return Task.CompletedTask;
    }

    public override void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => calls.Note(nameof(TransactionFailed));

    public override Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(TransactionFailedAsync));
        return Task.CompletedTask;
    }

    private T Note<T>(T result, string call)
    {
        calls.Note(call);
        return result;
    }
}
