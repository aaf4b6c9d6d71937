using System.Data.Common;
using System.Globalization;

namespace Cenote.LoadBench.Pools;

/// <summary>Counts at the server the commands that reset sessions between leases.</summary>
/// <param name="connect">Creates a connection outside all pools.</param>
/// <param name="prepare">A statement that makes the count possible, if one is needed.</param>
/// <param name="count">The statement that returns the number of commands so far.</param>
/// <param name="countsQueries">Whether that number includes the queries of the leases.</param>
internal sealed class ResetCounter(Func<DbConnection> connect, string? prepare, string count, bool countsQueries)
{
    /// <summary>Counts while work is done that runs one query in each lease.</summary>
    /// <returns>Commands for each lease, besides the query.</returns>
    internal async Task<double> CountAsync(int leases, Func<Task> work)
    {
        await using var connection = connect();
        await connection.OpenAsync();
        if (prepare is not null)
        {
            await ExecuteAsync(prepare);
        }

        var before = await ExecuteAsync(count);
        await work();
        var commands = await ExecuteAsync(count) - before;
        return (double)(commands - (countsQueries ? leases : 0)) / leases;

        async Task<long> ExecuteAsync(string text)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = text;
            return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
        }
    }
}
