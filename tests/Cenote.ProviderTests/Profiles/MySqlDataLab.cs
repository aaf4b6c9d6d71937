using Cenote.TestServers;

namespace Cenote.ProviderTests.Profiles;

/// <summary>
/// A MariaDB server that gives every collation a number, without which MySql.Data opens no connection (findings/).
/// </summary>
public sealed class MySqlDataLab : IAsyncLifetime
{
    internal MariaDbServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await MariaDbServer.StartNewAsync("--old-mode=UTF8_IS_UTF8MB3,NO_NULL_COLLATION_IDS");

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();
}
