using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Replicas;

/// <summary>
/// An interceptor that keeps a context on the primary after one of its writes has failed. The server may have committed
/// it: a query of a lagging replica would not find it, and <c>verifySucceeded</c> would let it be made twice.
/// </summary>
internal sealed class FailedWrites : DbCommandInterceptor, IDbTransactionInterceptor, ISaveChangesInterceptor
{
    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Record(eventData);

    public Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default) => RecordAsync(eventData);

    // ExecuteUpdate, ExecuteDelete, ExecuteSql, and SQL whose results are read, which may write, too.
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => Record(eventData, eventData.CommandSource);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default) =>
        RecordAsync(eventData, eventData.CommandSource);

    public override void CommandCanceled(DbCommand command, CommandEndEventData eventData) => Record(eventData, eventData.CommandSource);

    public override Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default) =>
        RecordAsync(eventData, eventData.CommandSource);

    // A failure while results are read is not one of a command.
    public void SaveChangesFailed(DbContextErrorEventData eventData) => Record(eventData);

    public Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default) => RecordAsync(eventData);

    public void SaveChangesCanceled(DbContextEventData eventData) => Record(eventData);

    public Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default) => RecordAsync(eventData);

    // A replica may not have the version that the write conflicted with.
    public InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result)
    {
        Record(eventData);
        return result;
    }

    public ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(
        ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        Record(eventData);
        return new ValueTask<InterceptionResult>(result);
    }

    private static Task RecordAsync(DbContextEventData eventData, CommandSource source = CommandSource.SaveChanges)
    {
        Record(eventData, source);
        return Task.CompletedTask;
    }

    private static void Record(DbContextEventData eventData, CommandSource source = CommandSource.SaveChanges)
    {
        if (source != CommandSource.LinqQuery && eventData.Context is { } context)
        {
            ContextRoute.Of(context.GetService<IRelationalConnection>().DbConnection)?.RecordFailedWrite(context);
        }
    }
}
