using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Cenote.DependencyInjectionTests;

/// <summary>Containers with a configuration in memory.</summary>
internal static class Containers
{
    public static ServiceCollection New(params (string Key, string? Value)[] configuration) =>
        New(new ConfigurationBuilder().AddInMemoryCollection(configuration.Select(entry => KeyValuePair.Create(entry.Key, entry.Value))).Build());

    public static ServiceCollection New(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddSingleton<FakeLogCollector>();
        services.AddLogging(logging => logging.Services.AddSingleton<ILoggerProvider, FakeLoggerProvider>());
        return services;
    }

    public static ConnectionPoolBuilder UseStub(this ConnectionPoolBuilder pool) =>
        pool.UseProvider(new StubProvider(new StubDatabase())).Configure(options => options.MinSize = 0);

    public static bool IsClosed(ConnectionPool pool) => pool.GetStatistics().State == PoolState.Closed;

    public static IReadOnlyList<FakeLogRecord> Logs(this IServiceProvider services) => services.GetRequiredService<FakeLogCollector>().GetSnapshot();
}
