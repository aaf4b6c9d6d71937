using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Cenote.ReadReplicasTests.Sqlite;

/// <summary>SQLite's shape of a set: one connection that writes, and several that only read, on one file.</summary>
public sealed class WriterAndReadersTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-set").FullName;

    public void Dispose() => TemporaryFolder.Delete(_directory);

    [Fact]
    public async Task Reads_have_connections_that_cannot_write_and_see_every_write_that_is_committed()
    {
        await using var set = Create();
        await ExecuteAsync(set, "CREATE TABLE notes (n INTEGER)");

        for (var i = 1; i <= 50; i++)
        {
            await ExecuteAsync(set, $"INSERT INTO notes VALUES ({i})");
            await using var reader = await set.OpenReadConnectionAsync(Stop);
            Assert.Equal("notes/readers", reader.Pool.Name);
            Assert.Equal(i, await CountAsync(reader));
        }

        await using var readOnly = await set.OpenReadConnectionAsync(Stop);
        await using var command = readOnly.CreateCommand();
        command.CommandText = "INSERT INTO notes VALUES (0)";
        Assert.Equal(8, (await Assert.ThrowsAsync<SqliteException>(() => command.ExecuteNonQueryAsync(Stop))).SqliteErrorCode);
        Assert.Equal(0, set.GetStatistics().ReadsOnPrimary);
    }

    [Fact]
    public async Task Writers_take_turns_instead_of_meeting_a_locked_database()
    {
        await using var set = Create();
        await ExecuteAsync(set, "CREATE TABLE notes (n INTEGER)");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                await using var connection = await set.OpenWriteConnectionAsync(Stop);
                await using var transaction = await connection.BeginTransactionAsync(Stop);
                await ExecuteAsync(connection, "INSERT INTO notes SELECT count(*) FROM notes");
                await transaction.CommitAsync(Stop);
            }
        }, Stop)));

        await using var reader = await set.OpenReadConnectionAsync(Stop);
        Assert.Equal(200, await CountAsync(reader));
        await using var distinct = reader.CreateCommand();
        distinct.CommandText = "SELECT count(DISTINCT n) FROM notes";
        Assert.Equal(200, Convert.ToInt64(await distinct.ExecuteScalarAsync(Stop), CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Readers_go_on_while_a_transaction_writes()
    {
        await using var set = Create();
        await ExecuteAsync(set, "CREATE TABLE notes (n INTEGER)");
        await using var writer = await set.OpenWriteConnectionAsync(Stop);
        await using var transaction = await writer.BeginTransactionAsync(Stop);
        await ExecuteAsync(writer, "INSERT INTO notes VALUES (1)");

        await using (var reader = await set.OpenReadConnectionAsync(Stop))
        {
            Assert.Equal(0, await CountAsync(reader));
        }

        await transaction.CommitAsync(Stop);
        await using var later = await set.OpenReadConnectionAsync(Stop);
        Assert.Equal(1, await CountAsync(later));
    }

    [Fact]
    public async Task Tokens_work_and_every_reader_covers_them()
    {
        await using var set = Create();
        using var scope = set.BeginCausalScope();
        await ExecuteAsync(set, "CREATE TABLE notes (n INTEGER)");
        await ExecuteAsync(set, "INSERT INTO notes VALUES (1)");

        await using var reader = await set.OpenReadConnectionAsync(Stop);
        Assert.Equal("notes/readers", reader.Pool.Name);
        Assert.Equal(1, await CountAsync(reader));
        var token = set.ParseToken((await scope.GetTokenAsync(Stop))!.ToString());
        await using var other = await set.OpenReadConnectionAsync(token, Stop);
        Assert.Equal("notes/readers", other.Pool.Name);
    }

    private ReplicaSet Create() => new ReplicaSetBuilder("notes")
        .AddPrimary("writer", pool => pool.UseSqlite(ConnectionString).WithSize(1, 1).Configure(options => options.StartupMode = StartupMode.FailFast))
        .AddReplica("readers", pool => pool.UseSqlite(ConnectionString, new SqliteProviderOptions { IsReadOnly = true }).WithSize(2, 4))

        // A busy machine is not a file that is gone.
        .Configure(static options => (options.ProbeTimeout, options.PrimaryTimeout) = (TimeSpan.FromMinutes(1), Patience.Limit))
        .Build();

    private string ConnectionString => $"Data Source={_directory}/notes.db";

    private static async Task ExecuteAsync(ReplicaSet set, string text)
    {
        await using var connection = await set.OpenWriteConnectionAsync(Stop);
        await ExecuteAsync(connection, text);
    }

    private static async Task ExecuteAsync(PooledConnection connection, string text)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static async Task<long> CountAsync(PooledConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM notes";
        return Convert.ToInt64(await command.ExecuteScalarAsync(Stop), CultureInfo.InvariantCulture);
    }
}
