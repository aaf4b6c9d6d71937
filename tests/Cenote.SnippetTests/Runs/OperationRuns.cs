using System.Data;
using Npgsql;

namespace Cenote.SnippetTests.Runs;

/// <summary>Events, leaks and settings.</summary>
internal static class OperationRuns
{
    internal static Dictionary<string, Func<SnippetDatabases, Task>> All { get; } = new(StringComparer.Ordinal)
    {
        ["Credentials.expiring"] = async databases =>
        {
            var user = new NpgsqlConnectionStringBuilder(databases.PostgreSql);
            var text = new NpgsqlConnectionStringBuilder(databases.PostgreSql) { Username = null, Password = null }.ConnectionString;
            await using var pool = Snippets.Credentials.Create(text, new Snippets.Credentials.TokenStore(user.Username!, user.Password!));
            Assert.Equal(2L, await ConnectionRuns.ScalarAsync(pool, "SELECT count(*) FROM orders"));
        },
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
        ["Sizing.headRoom"] = async databases =>
        {
            await using var pool = Snippets.Sizing.KeepHeadRoom(databases.PostgreSql);
            await using var lease = await pool.RentAsync();
            await Patience.SoonAsync(() => new ValueTask<bool>(pool.GetStatistics().Counts.Idle == 10), () => pool.GetStatistics().ToString()!);
        },
    };
}
