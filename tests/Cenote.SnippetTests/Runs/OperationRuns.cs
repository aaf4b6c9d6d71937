using System.Data;

namespace Cenote.SnippetTests.Runs;

/// <summary>Events, leaks and settings.</summary>
internal static class OperationRuns
{
    internal static Dictionary<string, Func<SnippetDatabases, Task>> All { get; } = new(StringComparer.Ordinal)
    {
        ["Events.usage"] = databases => ConnectionRuns.OnPoolAsync(databases, pool =>
        {
            Snippets.Events.Follow(pool, static _ => { });
            Assert.Contains(pool.GetEvents(), static happened => happened.ToString()!.Contains("anna", StringComparison.Ordinal));
            return Task.CompletedTask;
        }),
        ["Leaks.usage"] = databases => ConnectionRuns.OnPoolAsync(databases, async pool =>
        {
            await using var held = await pool.RentAsync();
            var options = Snippets.Leaks.Look(pool, static _ => { });
            await using var watched = new ConnectionPool(new PostgreSqlProvider(databases.PostgreSql), options);
            await using var lease = await watched.RentAsync();
        }),
        ["Settings.options"] = async databases =>
        {
            await using var pool = Snippets.Settings.Create(databases.PostgreSql);
            await using var connection = await pool.OpenConnectionAsync();
            Assert.Equal(ConnectionState.Open, connection.State);
        },
    };
}
