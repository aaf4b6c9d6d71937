using Microsoft.Data.SqlClient;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>
/// What failures mean, as the driver throws them for errors that a server sends, and for servers that send nothing.
/// </summary>
public sealed class SqlServerFailureTests : SqlServerSuite
{
    // From severity 20 on the driver tries again by itself until its connect timeout, and may report that in the end.
    [Theory]
    [InlineData(18456, 14, FailureKind.InvalidCredentials)]
    [InlineData(18487, 14, FailureKind.InvalidCredentials)]
    [InlineData(4060, 11, FailureKind.Transient)]
    [InlineData(40613, 17, FailureKind.Transient)]
    [InlineData(49918, 16, FailureKind.Transient)]
    [InlineData(10928, 16, FailureKind.TooManyConnections)]
    [InlineData(17809, 16, FailureKind.TooManyConnections)]
    [InlineData(18401, 14, FailureKind.Transient)]
    public async Task A_refused_login_is_classified_by_its_number(int number, int severity, FailureKind expected)
    {
        Server.Refuse = _ => (number, severity);
        await using var provider = new SqlServerProvider(Server.ConnectionString);
        var physical = provider.CreateConnection(Settings());
        var exception = await Assert.ThrowsAsync<SqlException>(() => physical.OpenAsync(TestContext.Current.CancellationToken).AsTask());
        await physical.CloseAsync();

        Assert.Equal(number, exception.Number);
        Assert.Equal(expected, provider.ClassifyFailure(exception));
    }

    [Theory]
    [InlineData(1205, 13, FailureKind.Transient)]
    [InlineData(1222, 16, FailureKind.Transient)]
    [InlineData(3960, 16, FailureKind.Transient)]
    [InlineData(41302, 16, FailureKind.Transient)]
    [InlineData(40197, 16, FailureKind.Transient)]
    [InlineData(40197, 20, FailureKind.ConnectionLost)]
    [InlineData(40501, 20, FailureKind.ConnectionLost)]
    [InlineData(10929, 16, FailureKind.TooManyConnections)]
    [InlineData(3906, 16, FailureKind.ReadOnlyServer)]
    [InlineData(976, 14, FailureKind.ReadOnlyServer)]
    [InlineData(596, 21, FailureKind.ConnectionLost)]
    [InlineData(6005, 10 + 4, FailureKind.ConnectionLost)]
    [InlineData(21, 24, FailureKind.ConnectionLost)]
    [InlineData(2627, 14, FailureKind.Other)]
    [InlineData(50000, 16, FailureKind.Other)]
    public async Task An_error_in_a_session_is_classified_by_number_and_severity(int number, int severity, FailureKind expected)
    {
        await using var pool = NewPool();
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        var exception = await Assert.ThrowsAsync<SqlException>(() => lease.Connection.ExecuteAsync($"FAIL {number} {severity}"));
        Assert.Equal(number, exception.Number);
        Assert.Equal(expected, pool.Provider.ClassifyFailure(exception));
        Assert.Equal(expected, pool.Provider.ClassifyFailure(new InvalidOperationException("outer", exception)));
        Assert.False(pool.Provider.IsCancellation(exception));
    }

    [Fact]
    public async Task A_closed_port_counts_as_a_lost_connection()
    {
        var port = Server.Port;
        await Server.DisposeAsync();
        await using var provider = new SqlServerProvider(FormattableString.Invariant($"Data Source=127.0.0.1,{port};User ID=a;Password=b;Encrypt=Optional"));
        var physical = provider.CreateConnection(Settings() with { ConnectTimeout = TimeSpan.FromSeconds(1) });
        var exception = await Assert.ThrowsAsync<SqlException>(() => physical.OpenAsync(TestContext.Current.CancellationToken).AsTask());
        await physical.CloseAsync();
        Assert.Equal(FailureKind.ConnectionLost, provider.ClassifyFailure(exception));
    }

    // By the pool's limit, or by the driver's own, whichever is shorter.
    [Theory]
    [InlineData("", 200)]
    [InlineData(";Connect Timeout=1", 30_000)]
    public async Task A_server_that_never_answers_counts_as_a_lost_connection(string setting, int milliseconds)
    {
        Server.IsSilent = true;
        await using var pool = NewPool(
            configure: options => options.ConnectTimeout = TimeSpan.FromMilliseconds(milliseconds), connectionString: Server.ConnectionString + setting);
        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.RentAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(FailureKind.ConnectionLost, exception.Failure.Kind);
        Assert.Empty(Server.Logins);
    }

    [Fact]
    public async Task The_driver_s_own_command_timeout_is_a_query_timeout()
    {
        await using var pool = NewPool();
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        await using var command = new SqlCommand("WAITFOR", (SqlConnection)lease.Connection) { CommandTimeout = 1 };
        var exception = await Assert.ThrowsAsync<SqlException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        Assert.Equal(FailureKind.QueryTimeout, pool.Provider.ClassifyFailure(exception));
        Assert.True(pool.Provider.IsCancellation(exception));
    }

    [Fact]
    public async Task Refused_credentials_fail_the_rent_at_once_and_appear_nowhere()
    {
        await using var pool = NewPool(
            configure: options => options.MaxOpenRetries = 3, connectionString: Server.ConnectionString.Replace("right", "wrong-7391", StringComparison.Ordinal));
        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.RentAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(FailureKind.InvalidCredentials, exception.Failure.Kind);
        Assert.Equal(1, exception.Failure.Attempts);
        Assert.DoesNotContain("wrong-7391", exception.ToString(), StringComparison.Ordinal);
        Assert.Equal("wrong-7391", Assert.Single(Server.Logins).Password);
    }
}
