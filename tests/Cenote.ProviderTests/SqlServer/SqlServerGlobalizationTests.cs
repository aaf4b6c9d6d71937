namespace Cenote.ProviderTests.SqlServer;

/// <summary>Alone, since the switch is the whole process's. SqlClient and the runtime have read it before.</summary>
[CollectionDefinition(nameof(SqlServerGlobalizationTests), DisableParallelization = true)]
[Collection(nameof(SqlServerGlobalizationTests))]
public sealed class SqlServerGlobalizationTests : SqlServerSuite
{
    private const string Switch = "System.Globalization.Invariant";

    [Fact]
    public async Task An_application_where_the_driver_cannot_open_is_refused_at_the_start()
    {
        await using (var pool = NewPool())
        {
            Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        }

        await using var provider = new SqlServerProvider(Server.ConnectionString);
        AppContext.SetSwitch(Switch, true);
        try
        {
            Assert.Contains("InvariantGlobalization", Assert.Single(provider.Validate(Settings())), StringComparison.Ordinal);
        }
        finally
        {
            AppContext.SetSwitch(Switch, false);
        }

        Assert.Empty(provider.Validate(Settings()));
    }
}
