using Cenote.TestServers;

namespace Cenote.ProviderTests.Profiles;

/// <summary>The Firebird server that the tests of a class share.</summary>
public sealed class FirebirdLab : IAsyncLifetime
{
    internal FirebirdServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await FirebirdServer.StartNewAsync();

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();
}
