namespace Cenote.SecretsTests;

/// <summary>
/// A failure is hidden where it quotes a secret, and nowhere else: on the real server that ./test starts, and in
/// process.
/// </summary>
public sealed class HiddenFailuresTests
{
    [Fact]
    public async Task A_password_that_is_a_part_of_the_driver_s_type_names_hides_no_cause()
    {
        var server = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql);

        // Named: DriverTelemetryTests look for the server's connection string in the metrics of the process.
        await using var admin = new NpgsqlDataSourceBuilder(server.ConnectionString) { Name = "hidden" }.Build();
        await using (var create = admin.CreateCommand("DROP ROLE IF EXISTS cenote_hidden; CREATE ROLE cenote_hidden LOGIN PASSWORD 'postgres'"))
        {
            await create.ExecuteNonQueryAsync();
        }

        try
        {
            var cause = await OpenAsync($"Host={server.Host}:{server.Port};Database=no_such_shop;Username=cenote_hidden;Password=postgres");
            Assert.Equal("3D000", Assert.IsType<PostgresException>(cause).SqlState);
        }
        finally
        {
            await using var drop = admin.CreateCommand("DROP ROLE IF EXISTS cenote_hidden");
            await drop.ExecuteNonQueryAsync();
        }
    }

    [Theory]
    [InlineData("hunter", "cannot read 'hunter'", true)]
    [InlineData("hunter", "cannot read Password=HUNTER;", true)]
    [InlineData("hunter", "in InitHunter", false)]
    [InlineData("hunter2", "xhunter2x", true)]
    [InlineData("ab", "Unable to connect", false)]
    [InlineData("ab", "cannot read 'ab'", true)]
    [InlineData("x;cd=ef", "cannot read cd=ef", false)]
    [InlineData("x;horse=battery", "cannot read horse", true)]
    public async Task A_word_is_quoted_where_it_stands_alone(string secret, string message, bool isHidden)
    {
        var inner = new FormatException("harmless");
        inner.Data["text"] = message;
        Exception[] carriers = [new FormatException(message), inner, new InvalidOperationException("harmless", inner), new AggregateException(new FormatException("harmless"), new FormatException(message))];
        foreach (var carrier in carriers)
        {
            await using var pool = PoolOf(new AdoNetProvider(Builderless.ThatFails(carrier), $"Server=db;Password={secret}"));
            var failure = await Assert.ThrowsAsync<ConnectionOpenException>(async () => await pool.RentAsync());
            Assert.Equal(isHidden, failure.InnerException != carrier);
        }
    }

    private static async Task<Exception?> OpenAsync(string connectionString)
    {
        await using var pool = PoolOf(new AdoNetProvider(NpgsqlFactory.Instance, connectionString));
        return (await Assert.ThrowsAsync<ConnectionOpenException>(async () => await pool.RentAsync())).InnerException;
    }

    private static ConnectionPool PoolOf(AdoNetProvider provider) =>
        new(provider, new ConnectionPoolOptions { Name = "hidden", MinSize = 0, MaxOpenRetries = 0, CircuitBreaker = null, ResetMode = ResetMode.None });
}
