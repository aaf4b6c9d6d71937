namespace Cenote.ReadReplicasTests.Servers;

/// <summary>A primary and its replicas, for one test that may do to them what it likes.</summary>
internal abstract class ReplicationLab<TServer>(TServer primary, params IEnumerable<TServer> replicas) : IAsyncDisposable
    where TServer : DatabaseServer
{
    internal IReadOnlyList<TServer> Servers { get; } = [primary, .. replicas];

    internal TServer Primary => Servers[0];

    internal TServer Replica => Servers[1];

    /// <summary>Asks a server for its status, as an ordinary user or as a user with every right to read.</summary>
    internal static async Task<ServerStatus> ReadStatusAsync(DatabaseProvider provider, TServer server, bool asAdministrator = false)
    {
        await using var connection = asAdministrator ? await server.OpenAdminAsync() : await server.OpenStrangerAsync();
        return await provider.ReadStatusAsync(connection, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers.Reverse())
        {
            await server.DisposeAsync();
        }
    }
}
