using DuckDB.NET.Data;

namespace Cenote.ProviderTests.Profiles;

/// <summary>DuckDB in memory, shared by the connections of the process while one is open.</summary>
public sealed class DuckDbMemoryProfileTests : DuckDbProfileTests
{
    private readonly DuckDBConnection _anchor = new("Data Source=:memory:?cache=shared");

    public DuckDbMemoryProfileTests() => _anchor.Open();

    protected override string DataSource => ":memory:?cache=shared";

    protected override void Dispose(bool disposing)
    {
        _anchor.Dispose();
        base.Dispose(disposing);
    }
}
