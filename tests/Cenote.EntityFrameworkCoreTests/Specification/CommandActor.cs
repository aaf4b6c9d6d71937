using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCoreTests.Specification;

/// <summary>Acts on commands, whether they run asynchronously or not.</summary>
internal sealed class CommandActor : DbCommandInterceptor
{
    internal Func<DbConnection, DbCommand>? Creates { get; init; }

    internal Action<DbCommand>? Initializes { get; init; }

    internal Action<DbCommand>? Precedes { get; init; }

    internal Func<DbCommand, DbDataReader>? ReadsInstead { get; init; }

    internal Func<DbCommand, int>? RunsInstead { get; init; }

    internal Func<DbDataReader, DbDataReader>? FollowsReader { get; init; }

    internal Func<int, int>? FollowsRun { get; init; }

    internal bool KeepsReadersOpen { get; init; }

    public override InterceptionResult<DbCommand> CommandCreating(CommandCorrelatedEventData eventData, InterceptionResult<DbCommand> result) =>
        Creates is null ? result : InterceptionResult<DbCommand>.SuppressWithResult(Creates(eventData.Connection));

    public override DbCommand CommandInitialized(CommandEndEventData eventData, DbCommand result)
    {
        Initializes?.Invoke(result);
        return result;
    }

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Precedes?.Invoke(command);
        return ReadsInstead is null ? result : InterceptionResult<DbDataReader>.SuppressWithResult(ReadsInstead(command));
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        new(ReaderExecuting(command, eventData, result));

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Precedes?.Invoke(command);
        return RunsInstead is null ? result : InterceptionResult<int>.SuppressWithResult(RunsInstead(command));
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        new(NonQueryExecuting(command, eventData, result));

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result) =>
        FollowsReader?.Invoke(result) ?? result;

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default) =>
        new(ReaderExecuted(command, eventData, result));

    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result) => FollowsRun?.Invoke(result) ?? result;

    public override ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        new(NonQueryExecuted(command, eventData, result));

    public override InterceptionResult DataReaderClosing(DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result) =>
        KeepsReadersOpen ? InterceptionResult.Suppress() : result;

    public override ValueTask<InterceptionResult> DataReaderClosingAsync(DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result) =>
        new(DataReaderClosing(command, eventData, result));
}
