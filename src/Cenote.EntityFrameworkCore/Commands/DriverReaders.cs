using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCore.Commands;

/// <summary>
/// Gives EF Core the driver's own reader for what <c>SaveChanges</c> sends: Npgsql's provider casts it, to read how
/// many rows each statement of a batch has changed. Queries keep the pool's reader, which tells the pool of failures
/// while rows are read.
/// </summary>
internal sealed class DriverReaders : DbCommandInterceptor
{
    // By their commands: another interceptor may put a reader of its own around the driver's, or in place of it.
    private readonly ConditionalWeakTable<DbCommand, ExposedReader> _handed = [];

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result) =>
        Hand(eventData, result, CancellationToken.None);

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default) =>
        new(Hand(eventData, result, cancellationToken));

    // EF Core has closed the driver's reader; the pool's still stands for it.
    public override InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
    {
        if (_handed.TryGetValue(command, out var handed))
        {
            _handed.Remove(command);
            if (handed.MayHaveSentCancel(command, eventData.Duration))
            {
                // The pool has seen nothing of it, and a late cancel must not meet the next holder's statement.
                (command.Connection as PooledConnection)?.RetireOnReturn();
            }

            handed.Pooled.Close();
        }

        return result;
    }

    private DbDataReader Hand(CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken)
    {
        if (eventData.CommandSource != CommandSource.SaveChanges || eventData.Command is not PooledCommand)
        {
            return result;
        }

        var driver = PooledConnection.UnwrapReader<DbDataReader>(result);
        if (ReferenceEquals(driver, result))
        {
            // An interceptor has answered in the database's place.
            return result;
        }

        _handed.AddOrUpdate(eventData.Command, new ExposedReader(result, cancellationToken));
        return driver;
    }
}
