namespace Cenote.Tests.AdoNet;

/// <summary>The caller that lease reports show. Until the first close, only the slot has it.</summary>
public sealed class CallerOfConnectionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_opens_again_is_reported_with_its_caller(bool wasOpenedAtOnce)
    {
        await using var test = TestPool.Create();
        await using var connection = wasOpenedAtOnce ? test.Pool.OpenConnection() : test.Pool.CreateConnection();
        if (!wasOpenedAtOnce)
        {
            connection.Open();
        }

        var caller = Assert.Single(test.Pool.GetLeases()).CallSite;
        Assert.Equal(nameof(A_connection_that_opens_again_is_reported_with_its_caller), caller.MemberName);
        for (var i = 0; i < 3; i++)
        {
            await connection.CloseAsync();
            await connection.OpenAsync();
            Assert.Equal(caller, Assert.Single(test.Pool.GetLeases()).CallSite);
            connection.Close();
            connection.Open();
            Assert.Equal(caller, Assert.Single(test.Pool.GetLeases()).CallSite);
        }
    }

    [Fact]
    public async Task A_connection_that_opens_again_after_a_revocation_keeps_its_caller()
    {
        await using var test = TestPool.Create();
        await using var connection = test.Pool.OpenConnection();
        var lease = Assert.Single(test.Pool.GetLeases());
        Assert.True(test.Pool.TryRevoke(lease));
        await test.When(counts => counts.Total == 0);

        connection.Close();
        connection.Open();
        Assert.Equal(lease.CallSite, Assert.Single(test.Pool.GetLeases()).CallSite);
    }
}
