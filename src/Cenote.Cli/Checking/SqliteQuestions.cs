using System.Data.Common;
using Cenote.Providers;

namespace Cenote.Cli.Checking;

/// <summary>A SQLite file.</summary>
internal sealed class SqliteQuestions : ServerQuestions
{
    public override IReadOnlyList<Leftover> Leftovers { get; } =
    [
        new("temporary table", "CREATE TEMPORARY TABLE cenote_check (id int)", "SELECT count(*) FROM sqlite_temp_master WHERE name = 'cenote_check'"),
        new("attached database", "ATTACH ':memory:' AS cenote_check", "SELECT count(*) FROM pragma_database_list WHERE name = 'cenote_check'"),
        new("pragma", "PRAGMA recursive_triggers = 1", "PRAGMA recursive_triggers"),
    ];

    public override DatabaseProvider NewProvider(string connectionString) => new SqliteProvider(connectionString);

    public override async Task AskAsync(DbConnection connection, CheckReport report, CancellationToken cancellationToken)
    {
        report.Add("server", "SQLite", connection.ServerVersion);
        foreach (var name in (string[])["journal_mode", "synchronous", "busy_timeout", "foreign_keys"])
        {
            var row = await RowAsync(connection, $"PRAGMA {name}", cancellationToken);
            report.Add("settings", name, row.Values.FirstOrDefault() ?? "");
            if (name == "journal_mode" && row.Values.FirstOrDefault() is { } mode && mode != "wal" && mode != "memory")
            {
                report.Find(CheckLevel.Warning, $"journal_mode is {mode}: one writer blocks every reader. PRAGMA journal_mode = wal lets them work side by side.");
            }
        }

        report.Find(CheckLevel.Note, "SQLite writes on one connection at a time: a pool for writes needs MaxSize 1, readers a pool of their own.");
    }
}
