namespace Cenote.Tests.Registry;

/// <summary>Pools for registries.</summary>
internal static class RegistryPools
{
    public static ConnectionPool Make(string name) => Make(name, disposeFailure: null);

    public static ConnectionPool Make(string name, Exception? disposeFailure) =>
        new(new StubProvider(new StubDatabase()) { DisposeFailure = disposeFailure }, new ConnectionPoolOptions { Name = name, MinSize = 0 });

    public static bool IsClosed(ConnectionPool pool) => pool.Engine.Desk.IsClosed;
}
