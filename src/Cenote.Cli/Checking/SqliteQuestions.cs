using System.Data.Common;
using Cenote.Providers;
using Microsoft.Data.Sqlite;

namespace Cenote.Cli.Checking;

/// <summary>A SQLite file.</summary>
internal sealed class SqliteQuestions : ServerQuestions
{
    public override IReadOnlyList<Leftover> Leftovers =>
    [
        new("temporary table", $"CREATE TEMPORARY TABLE {Name} (id int)", $"SELECT count(*) FROM sqlite_temp_master WHERE name = '{Name}'"),
        new("attached database", $"ATTACH ':memory:' AS {Name}", $"SELECT count(*) FROM pragma_database_list WHERE name = '{Name}'"),
        new("pragma", "PRAGMA recursive_triggers = 1", "PRAGMA recursive_triggers"),
    ];

    public override bool IsInProcess => true;

    public override string? SessionQuery => null;

    // The driver's pool has no limit, and leaves settings in a session.
    public override DbDataSource? NewDriverPool(string connectionString, int size, TimeSpan timeout) => null;

    public override (string ConnectionString, string Statement) ToReadOnly(string connectionString, string statement)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString);
        if (builder.Mode != SqliteOpenMode.Memory)
        {
            // A database in memory is of this process alone.
            builder.Mode = SqliteOpenMode.ReadOnly;
        }

        return (builder.ConnectionString, statement);
    }

    public override bool IsRefusedAsWrite(DbException exception) => exception is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_READONLY };

    public override DatabaseProvider NewProvider(string connectionString)
    {
        var builder = SafeConnectionString.Parse(new SqliteConnectionStringBuilder(), connectionString, AddressKind.File);
        if (!builder.ContainsKey("Mode") || builder.Mode == SqliteOpenMode.ReadWriteCreate)
        {
            // A check creates no file.
            builder.Mode = SqliteOpenMode.ReadWrite;
        }

        return new SqliteProvider(builder.ConnectionString, new SqliteProviderOptions { UseWriteAheadLog = false });
    }

    public override async Task AskAsync(DbConnection connection, CheckReport report, CancellationToken cancellationToken)
    {
        report.Add("server", "SQLite", connection.ServerVersion);
        foreach (var name in (string[])["journal_mode", "page_size", "auto_vacuum"])
        {
            var row = await RowAsync(connection, $"PRAGMA {name}", cancellationToken);
            report.Add("settings", name, row.Values.FirstOrDefault() ?? "");
            if (name == "journal_mode" && row.Values.FirstOrDefault() is { } mode && mode != "wal")
            {
                report.Find(CheckLevel.Warning, $"journal_mode is {mode}: one writer blocks every reader. The pool's provider sets wal at its first open, unless SqliteProviderOptions.UseWriteAheadLog is false.");
            }
        }

        report.Find(CheckLevel.Note, "SQLite writes on one connection at a time: a pool for writes needs MaxSize 1, readers a pool of their own.");
    }
}
