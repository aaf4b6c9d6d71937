using Cenote.AdoNet;

namespace Cenote.Tests.AdoNet;

/// <summary>
/// How long an execution may run, from what the pool, the connection and the command say. Times in milliseconds, -1 for
/// infinite.
/// </summary>
public sealed class StatementLimitsTests
{
    [Theory]
    [InlineData(null, null, null, false, null)]
    [InlineData(null, null, 7, false, null)]
    [InlineData(500, null, null, true, 500)]
    [InlineData(500, 200, null, true, 200)]
    [InlineData(500, -1, null, true, null)]
    [InlineData(500, null, 7, true, 7000)]
    [InlineData(500, null, 0, true, null)]
    [InlineData(500, -1, 7, true, 7000)]
    [InlineData(null, 200, null, true, 200)]
    public async Task The_command_goes_before_the_connection_and_that_before_the_pool(
        int? pool, int? connectionTimeout, int? command, bool isInForce, int? limit)
    {
        await using var test = TestPool.Create(options => options.QueryTimeout = Time(pool));
        await using var connection = await test.Pool.OpenConnectionAsync();
        connection.QueryTimeout = Time(connectionTimeout);
        var limits = StatementLimits.Of(connection, connection.Gate.ClosingLease, command);
        Assert.Equal(isInForce, limits.IsInForce);
        Assert.Equal(Time(limit), limits.Limit);

        // The stub's server has no limit of its own: nothing to raise, and the timer is on time.
        Assert.False(limits.MustRaise);
        Assert.Equal(limits.Limit, limits.Delay);
    }

    [Theory]
    [InlineData(null, null, null, false, 30)]
    [InlineData(null, null, 7, false, 7)]
    [InlineData(5000, null, null, false, 7)]
    [InlineData(5000, null, null, true, 7)]
    [InlineData(100_000, null, null, false, 102)]
    [InlineData(100_000, null, null, true, 30)]
    [InlineData(500, -1, null, false, 0)]
    [InlineData(500, -1, null, true, 30)]
    [InlineData(500, -1, 0, false, 0)]
    public async Task The_driver_gets_a_later_timeout(int? pool, int? connectionTimeout, int? command, bool isInProcess, int seconds)
    {
        await using var test = TestPool.Create(options => options.QueryTimeout = Time(pool));
        await using var connection = await test.Pool.OpenConnectionAsync();
        connection.QueryTimeout = Time(connectionTimeout);
        var limits = StatementLimits.Of(connection, connection.Gate.ClosingLease, command);
        Assert.Equal(seconds, limits.DriverSeconds(before: 30, command, isInProcess));
    }

    private static TimeSpan? Time(int? milliseconds) => milliseconds is { } count ? TimeSpan.FromMilliseconds(count) : null;
}
