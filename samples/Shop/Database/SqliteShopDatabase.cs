using System.Data.Common;
using Cenote.Providers;
using Microsoft.Data.Sqlite;

namespace Cenote.Shop.Database;

/// <summary>A shop in a SQLite file: the user's, or one in a temporary folder that goes with the run.</summary>
internal sealed class SqliteShopDatabase : ShopDatabase
{
    // EWOULDBLOCK of each, and ERROR_SHARING_VIOLATION: the only ways to tell "in use" from other failures.
    private const int LockedOnLinux = 11;
    private const int LockedOnMacOS = 35;
    private const int LockedOnWindows = unchecked((int)0x80070020);

    private readonly string _file;
    private readonly string? _temporaryFolder;

    private SqliteShopDatabase(string file, string? temporaryFolder)
        : base(Secrets.None)
    {
        _file = file;
        _temporaryFolder = temporaryFolder;
    }

    public override string Name => "SQLite";

    public override string Place => _file;

    public override bool MustHoldOnlyTheShop => true;

    public override bool BlocksThreads => true;

    public override string Afterwards => _temporaryFolder is null ? $"The shop stays in {_file}." : "The temporary shop has been removed.";

    public override ShopDialect Dialect { get; } = new()
    {
        WholeType = "INTEGER",
        TextType = "TEXT",
        CompositeKeySuffix = " WITHOUT ROWID",
        RowLock = "", // BEGIN IMMEDIATE holds the one write lock there is.
        ListTables = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        TransactionalTables = true,
    };

    public static SqliteShopDatabase At(string? file)
    {
        if (file is not null)
        {
            return new SqliteShopDatabase(Path.GetFullPath(file), temporaryFolder: null);
        }

        try
        {
            var folder = Directory.CreateTempSubdirectory("cenote-shop-").FullName;
            return new SqliteShopDatabase(Path.Combine(folder, "shop.db"), folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ShopRefusedException($"The folder for the shop cannot be created in {Path.GetTempPath()} ({exception.Message}). Set TMPDIR to a folder that can be written to, or name a file by --database.");
        }
    }

    public override DatabaseProvider CreateProvider() => new SqliteProvider(ConnectionString(pooling: true));

    public override DatabaseProvider CreateReadingProvider() =>
        new SqliteProvider(ConnectionString(pooling: true), new SqliteProviderOptions { IsReadOnly = true });

    public override Task<IAsyncDisposable> ClaimAsync(CancellationToken cancellationToken)
    {
        RefuseWhatIsNotSqlite();
        try
        {
            return Task.FromResult<IAsyncDisposable>(new FileStream(
                _file + ".cenote-run", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose));
        }
        catch (IOException exception) when (exception.HResult is LockedOnLinux or LockedOnMacOS or LockedOnWindows)
        {
            throw ClaimedElsewhere();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreachable("cannot be used", exception);
        }
    }

    public override async Task LoadAsync(
        DbConnection connection, DbTransaction transaction, ShopTable table, IEnumerable<object[]> rows, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO {table.Name} VALUES ({string.Join(", ", table.Columns.Select((_, index) => $"@c{index}"))})";
        for (var index = 0; index < table.Columns.Count; index++)
        {
            command.Parameters.Add(new SqliteParameter($"@c{index}", table.Columns[index].Kind == ColumnKind.Whole ? SqliteType.Integer : SqliteType.Text));
        }

        await command.PrepareAsync(cancellationToken);
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var index = 0; index < row.Length; index++)
            {
                command.Parameters[index].Value = row[index];
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    // The last connection that closes takes the log away. Of two that close at the same moment each takes the other for
    // one that stays, and none does.
    public override async Task TidyUpAsync()
    {
        try
        {
            await using var last = new SqliteConnection(ConnectionString(pooling: false, SqliteOpenMode.ReadWrite));
            await last.OpenAsync();
            await using var command = last.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await command.ExecuteNonQueryAsync();
        }
        catch (SqliteException)
        {
            // The file is gone, or another process has it open. Files that stay beside it do no harm.
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        if (_temporaryFolder is not null && Directory.Exists(_temporaryFolder))
        {
            Directory.Delete(_temporaryFolder, recursive: true);
        }
    }

    protected override DbConnection CreateDirectConnection() => new SqliteConnection(ConnectionString(pooling: false));

    private string ConnectionString(bool pooling, SqliteOpenMode mode = SqliteOpenMode.ReadWriteCreate) =>
        new SqliteConnectionStringBuilder { DataSource = _file, Pooling = pooling, Mode = mode }.ToString();

    // SQLite itself would find out late, and with a message that names no file.
    private void RefuseWhatIsNotSqlite()
    {
        if (!File.Exists(_file))
        {
            return;
        }

        try
        {
            using var stream = new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> header = stackalloc byte[16];
            if (stream.Length > 0 && (stream.ReadAtLeast(header, 16, throwOnEndOfStream: false) < 16 || !header.SequenceEqual("SQLite format 3\0"u8)))
            {
                throw new ShopRefusedException($"--database {_file} exists and is not a SQLite database. It was not changed. Name a new file, or one that `./run` made.");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreachable("cannot be read", exception);
        }
    }
}
