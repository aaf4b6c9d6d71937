using System.Diagnostics.CodeAnalysis;

namespace Cenote.ProviderTests.Oracle;

/// <summary>In the place of <c>OracleClientFactory.Instance</c>.</summary>
internal sealed class FakeOracleFactory(FakeOracleDatabase database) : DbProviderFactory
{
    public override DbConnection CreateConnection() => new FakeOracleConnection(database);

    public override DbCommand CreateCommand() => new FakeOracleCommand(connection: null);

    public override DbConnectionStringBuilder CreateConnectionStringBuilder() => new Builder();

    /// <summary>
    /// Keywords are the documented ones; any other is refused ("ArgumentException: … invalid attributes").
    /// </summary>
    private sealed class Builder : DbConnectionStringBuilder
    {
        private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
        {
            "Connection Lifetime", "Connection Timeout", "Context Connection", "Data Source", "DBA Privilege", "Decr Pool Size", "Enlist", "HA Events",
            "Load Balancing", "Incr Pool Size", "Max Pool Size", "Metadata Pooling", "Min Pool Size", "Password", "Persist Security Info", "Pooling",
            "Promotable Transaction", "Proxy User Id", "Proxy Password", "Self Tuning", "Statement Cache Purge", "Statement Cache Size", "User Id",
            "Validate Connection",
        };

        [AllowNull]
        public override object this[string keyword]
        {
            get => base[keyword];
            set => base[keyword] = Known.Contains(keyword) ? value : throw new ArgumentException($"'{keyword}' is an invalid connection string attribute", nameof(keyword));
        }
    }
}
