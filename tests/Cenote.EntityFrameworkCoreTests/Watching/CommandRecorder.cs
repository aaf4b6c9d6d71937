using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCoreTests.Watching;

internal sealed class CommandRecorder(CallRecorder calls) : DbCommandInterceptor
{
    public override InterceptionResult<DbCommand> CommandCreating(CommandCorrelatedEventData eventData, InterceptionResult<DbCommand> result) =>
        Note(result, nameof(CommandCreating));

    public override DbCommand CommandCreated(CommandEndEventData eventData, DbCommand result) => Note(result, nameof(CommandCreated));

    public override DbCommand CommandInitialized(CommandEndEventData eventData, DbCommand result) => Note(result, nameof(CommandInitialized));

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) =>
        Note(result, nameof(ReaderExecuting));

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(ReaderExecutingAsync)));

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result) => Note(result, nameof(ReaderExecuted));

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(ReaderExecutedAsync)));

    public override InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result) =>
        Note(result, nameof(ScalarExecuting));

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(ScalarExecutingAsync)));

    public override object? ScalarExecuted(DbCommand command, CommandExecutedEventData eventData, object? result) => Note(result, nameof(ScalarExecuted));

    public override ValueTask<object?> ScalarExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, object? result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(ScalarExecutedAsync)));

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result) =>
        Note(result, nameof(NonQueryExecuting));

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(NonQueryExecutingAsync)));

    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result) => Note(result, nameof(NonQueryExecuted));

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(NonQueryExecutedAsync)));

    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => calls.Note(nameof(CommandFailed));

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(CommandFailedAsync));
        return Task.CompletedTask;
    }

    public override void CommandCanceled(DbCommand command, CommandEndEventData eventData) => calls.Note(nameof(CommandCanceled));

    public override Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(CommandCanceledAsync));
        return Task.CompletedTask;
    }

    public override InterceptionResult DataReaderClosing(DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result) =>
        Note(result, nameof(DataReaderClosing));

    public override ValueTask<InterceptionResult> DataReaderClosingAsync(DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result) =>
        new(Note(result, nameof(DataReaderClosingAsync)));

    public override InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result) =>
        Note(result, nameof(DataReaderDisposing));

    private T Note<T>(T result, string call)
    {
        calls.Note(call);
        return result;
    }
}
