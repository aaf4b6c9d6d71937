using System.Text;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>What the driver sends for a session context. The scripted server keeps no context.</summary>
public sealed class SqlServerContextTests : SqlServerSuite
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_context_is_one_request_with_its_values_as_parameters(bool blocks)
    {
        await using var pool = NewPool();
        var context = SessionContext.Empty.With("tenant", "seven").With("user", "anna");
        (blocks ? pool.Rent(context, TestContext.Current.CancellationToken) : await pool.RentAsync(context, TestContext.Current.CancellationToken)).Dispose();
        var call = Assert.Single(Assert.Single(Server.Sessions).Calls);
        foreach (var part in (string[])["EXEC sys.sp_set_session_context @k0, @v0;EXEC sys.sp_set_session_context @k1, @v1;", "tenant", "seven", "user", "anna"])
        {
            Assert.NotEqual(-1, call.AsSpan().IndexOf(Encoding.Unicode.GetBytes(part)));
        }
    }

    [Fact]
    public async Task A_role_is_refused_before_a_rent()
    {
        await using var pool = NewPool();
        await Assert.ThrowsAsync<NotSupportedException>(async () => await pool.RentAsync(SessionContext.Empty.WithRole("reader"), TestContext.Current.CancellationToken));
        Assert.Equal(0, pool.GetStatistics().Rents);
    }
}
