namespace Cenote.ProviderTests.WhenDirty;

/// <summary>Pools of one connection that reset only dirty sessions.</summary>
internal static class Pools
{
    internal static ConnectionPool New(string database, Action<ConnectionPoolOptions>? configure = null)
    {
        var builder = new ConnectionPoolBuilder();
        builder = database == "mysql" ? builder.UseMySql(RealServers.MySql + ";Allow User Variables=true") : builder.UsePostgreSql(RealServers.PostgreSql);
        return builder.WithResetMode(ResetMode.WhenDirty).WithSize(0, 1)
            .Configure(options =>
            {
                options.SessionReset = database.EndsWith("by the pool", StringComparison.Ordinal) ? SessionReset.ByPool : null;
                configure?.Invoke(options);
            })
            .Build();
    }
}
