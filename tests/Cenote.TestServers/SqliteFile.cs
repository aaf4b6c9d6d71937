using Cenote.TestServers.Processes;
using Microsoft.Data.Sqlite;

namespace Cenote.TestServers;

/// <summary>A SQLite database in a directory of its own, and what may happen to its file.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"faults-{Guid.NewGuid():N}"));
    private readonly string _path;
    private readonly string _away;
    private long _mostPages = int.MaxValue;
    private bool _isReadOnly;

    private SqliteFile()
    {
        _path = Path.Combine(_directory.FullName, "lab.db");
        _away = Path.Combine(_directory.FullName, "away");
    }

    /// <summary>Sessions have no numbers here.</summary>
    internal static Work Work { get; } = new(
        "SELECT NULL, NULL, @nonce FROM notes LIMIT 1", "INSERT INTO notes VALUES (zeroblob(4000))", BeginsByStatement: false);

    /// <summary>Not every file system knows immutable files, which root needs here.</summary>
    internal static bool CanBeReadOnly { get; } = !Programs.IsRoot || KnowsImmutable();

    internal static async Task<SqliteFile> CreateAsync()
    {
        var file = new SqliteFile();
        await using var connection = await file.OpenAsync(SqliteOpenMode.ReadWriteCreate);
        await ExecuteAsync(connection, "PRAGMA journal_mode = WAL");
        await ExecuteAsync(connection, "CREATE TABLE notes (n)");
        await ExecuteAsync(connection, "INSERT INTO notes VALUES (1)");
        return file;
    }

    internal SqliteProvider CreateProvider() => new(
        $"Data Source={_path};Mode=ReadWrite",
        new SqliteProviderOptions
        {
            BusyTimeout = TimeSpan.FromMilliseconds(100),
            ConfigureConnection = connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = $"PRAGMA max_page_count = {Interlocked.Read(ref _mostPages)}";
                command.ExecuteNonQuery();
            },
        });

    /// <summary>Another client writes, and does not come to an end.</summary>
    internal async Task<SqliteConnection> LockAsync()
    {
        var connection = await OpenAsync(SqliteOpenMode.ReadWrite);
        await ExecuteAsync(connection, "BEGIN EXCLUSIVE");
        return connection;
    }

    /// <summary>From now on new connections find no page free.</summary>
    internal async Task FillAsync()
    {
        await using var connection = await OpenAsync(SqliteOpenMode.ReadWrite);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA page_count";
        Interlocked.Exchange(ref _mostPages, (long)(await command.ExecuteScalarAsync())!);
    }

    internal void MakeRoom() => Interlocked.Exchange(ref _mostPages, int.MaxValue);

    internal void MoveAway() => Move(_path, _away);

    internal void PutBack() => Move(_away, _path);

    /// <summary>Root may write what is read-only, but not what is immutable.</summary>
    internal async Task MakeReadOnlyAsync()
    {
        _isReadOnly = true;
        await Programs.RunAsync(Programs.IsRoot ? Programs.AsThisUser("chattr", ["+i", _path]) : Programs.AsThisUser("chmod", ["444", _path]));
    }

    internal async Task MakeWritableAsync()
    {
        _isReadOnly = false;
        await Programs.RunAsync(Programs.IsRoot ? Programs.AsThisUser("chattr", ["-i", _path]) : Programs.AsThisUser("chmod", ["644", _path]));
    }

    public void Dispose()
    {
        if (_isReadOnly)
        {
            MakeWritableAsync().GetAwaiter().GetResult();
        }

        _directory.Delete(recursive: true);
    }

    private async Task<SqliteConnection> OpenAsync(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection($"Data Source={_path};Mode={mode};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string text)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync();
    }

    private static bool KnowsImmutable()
    {
        var probe = Path.Combine(AppContext.BaseDirectory, $"probe-{Guid.NewGuid():N}");
        File.WriteAllText(probe, "");
        try
        {
            Programs.RunAsync(Programs.AsThisUser("chattr", ["+i", probe])).GetAwaiter().GetResult();
            Programs.RunAsync(Programs.AsThisUser("chattr", ["-i", probe])).GetAwaiter().GetResult();
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
        finally
        {
            File.Delete(probe);
        }
    }

    private static void Move(string from, string to)
    {
        foreach (var suffix in new[] { "-shm", "-wal", "" })
        {
            if (File.Exists(from + suffix))
            {
                File.Move(from + suffix, to + suffix, overwrite: true);
            }
        }
    }
}
