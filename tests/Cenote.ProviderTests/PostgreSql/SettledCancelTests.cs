namespace Cenote.ProviderTests.PostgreSql;

/// <summary>When a cancel that the server did not confirm is known to be over.</summary>
public sealed class SettledCancelTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(999, true)]
    [InlineData(1000, false)]
    [InlineData(null, false)]
    public async Task A_cancel_is_over_when_it_is_known_to_have_met_no_timeout(int? milliseconds, bool isSettled)
    {
        await using var provider = new PostgreSqlProvider("Host=127.0.0.1;Database=shop");
        Assert.Equal(isSettled, provider.IsCancelComplete(milliseconds is { } time ? TimeSpan.FromMilliseconds(time) : null));
    }
}
