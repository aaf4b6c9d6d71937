using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCore.Commands;

/// <summary>
/// An interceptor that gives EF Core the driver's own reader for <c>SaveChanges</c>. Npgsql's provider casts it to read
/// the affected rows of each statement of a batch. Queries keep the pool's reader, which reports failures while rows
/// are read.
/// </summary>
internal sealed class DriverReaders : DbCommandInterceptor
{
    // Keyed by command, because another interceptor may wrap or replace the driver's reader.
    private readonly ConditionalWeakTable<DbCommand, ExposedReader> _handed = [];

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result) =>
        Hand(eventData, result, CancellationToken.None);

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default) =>
        new(Hand(eventData, result, cancellationToken));

    // EF Core has closed the driver's reader, but the pool's reader is still open.
    public override InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
    {
        if (_handed.TryGetValue(command, out var handed))
        {
            _handed.Remove(command);
            if (handed.MayHaveSentCancel(command, eventData.Duration))
            {
                // The pool has not seen the cancellation, and a late cancel must not hit the next holder's statement.
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

        var driver = result.Unwrap<DbDataReader>();
        if (ReferenceEquals(driver, result))
        {
            // An interceptor has returned a result instead of the database.
            return result;
        }

        _handed.AddOrUpdate(eventData.Command, new ExposedReader(result, cancellationToken));
        return driver;
    }
}
