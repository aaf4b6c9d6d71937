using DuckDB.NET.Data;

namespace Cenote.ProviderTests;

/// <summary>Any driver with a factory, shown with DuckDB, which knows no statement that resets a session.</summary>
public sealed class DuckDbTests : ProviderSuite, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-duckdb-").FullName;

    protected override Type ConnectionType => typeof(DuckDBConnection);

    protected override ResetMode FullestMode => ResetMode.Rollback;

    protected override DatabaseProvider NewProvider() => new AdoNetProvider(
        DuckDBClientFactory.Instance,
        $"Data Source={Path.Combine(_directory, "shop.db")}",
        new AdoNetProviderOptions
        {
            DatabaseSystem = "duckdb",
            RollbackCommand = "ROLLBACK",
            FailureClassifier = exception => exception.Message.Contains("Conflict on update", StringComparison.Ordinal) ? FailureKind.Transient : null,
            IsNoTransactionFailure = exception => exception.Message.Contains("no transaction is active", StringComparison.Ordinal),
        });

    protected override string Placeholder(string name) => "$" + name;

    public void Dispose() => TemporaryFolder.Delete(_directory);

    [Fact]
    public async Task The_database_s_name_comes_from_the_options()
    {
        await using var pool = NewPool();
        Assert.Equal("duckdb", pool.Provider.DatabaseSystem);
        Assert.Contains("shop.db", pool.ConnectionString, StringComparison.Ordinal);
    }
}
