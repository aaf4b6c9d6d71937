using System.Globalization;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCoreTests.Watching;

/// <summary>
/// Answers saves that ask for a key: with one of its own, or with a copy of what the database has answered.
/// </summary>
internal sealed class ReaderReplacer(int? key) : DbCommandInterceptor
{
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        new(key is { } own && eventData.CommandSource == CommandSource.SaveChanges ? InterceptionResult<DbDataReader>.SuppressWithResult(Answer(own)) : result);

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        if (key is not null || eventData.CommandSource != CommandSource.SaveChanges)
        {
            return new(result);
        }

        Assert.True(result.Read());
        var answer = Answer(Convert.ToInt32(result.GetValue(0), CultureInfo.InvariantCulture));
        result.Close();
        return new(answer);
    }

    private static DataTableReader Answer(int id)
    {
        var table = new DataTable { Columns = { { "Id", typeof(int) } } };
        table.Rows.Add(id);
        return table.CreateDataReader();
    }
}
