using Microsoft.Data.Sqlite;

namespace Cenote.ProviderTests.Replication;

public sealed class SqliteStatusTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cenote-status-");

    private string ConnectionString => $"Data Source={Path.Combine(_directory.FullName, "shop.db")}";

    [Fact]
    public async Task Writers_are_the_primary_and_readers_a_replica_that_has_everything()
    {
        await using var writers = Pool(new SqliteProviderOptions());
        await writers.ExecuteAsync("CREATE TABLE notes (n)");
        await using var readers = Pool(new SqliteProviderOptions { IsReadOnly = true });

        var primary = await ReadAsync(writers);
        var replica = await ReadAsync(readers);

        Assert.Equal(new ServerStatus { Role = ServerRole.Primary, Position = primary.Position }, primary);
        Assert.Equal(new ServerStatus { Role = ServerRole.Replica, Lag = TimeSpan.Zero, Position = replica.Position }, replica);
        Assert.True(replica.Position!.Covers(primary.Position!) && replica.Position.Covers(writers.Provider.ParsePosition(primary.Position!.ToString())));
    }

    [Fact]
    public async Task A_database_in_memory_has_readers_too()
    {
        var name = $"status{Guid.NewGuid():N}";
        await using var pool = new ConnectionPool(new SqliteProvider($"Data Source={name};Mode=Memory;Cache=Shared", new SqliteProviderOptions { IsReadOnly = true }));
        Assert.Equal(ServerRole.Replica, (await ReadAsync(pool)).Role);
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_does_not_answer_for_one()
    {
        await using var connection = new SqliteConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "shop.db"), new string('x', 4096), TestContext.Current.CancellationToken);
        await using var provider = new SqliteProvider(ConnectionString);
        await Assert.ThrowsAsync<SqliteException>(async () => await provider.ReadStatusAsync(connection, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Other_texts_and_positions_are_refused()
    {
        await using var provider = new SqliteProvider(ConnectionString);
        Assert.Throws<FormatException>(() => provider.ParsePosition("0-1-42"));
        var position = provider.ParsePosition("file");
        Assert.Throws<ArgumentException>(() => position.Covers(Foreign.Position));
        Assert.Throws<ArgumentException>(() => position.Combine(Foreign.Position));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private ConnectionPool Pool(SqliteProviderOptions options) => new(new SqliteProvider(ConnectionString, options));

    private static async Task<ServerStatus> ReadAsync(ConnectionPool pool)
    {
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        return await pool.Provider.ReadStatusAsync(lease.Connection, TestContext.Current.CancellationToken);
    }
}
