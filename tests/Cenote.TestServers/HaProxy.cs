using Cenote.TestServers.Processes;

namespace Cenote.TestServers;

/// <summary>A real HAProxy in front of servers, which passes bytes on (TCP mode).</summary>
internal sealed class HaProxy : IAsyncDisposable
{
    private readonly LabDirectory _directory;
    private ServerProcess? _process;

    private HaProxy(LabDirectory directory) => _directory = directory;

    internal int Port { get; } = FreePort.Take();

    /// <summary>Starts it.</summary>
    /// <param name="servers">The port and the settings of each server, such as <c>check backup</c>.</param>
    /// <param name="settings">Lines of its configuration, such as <c>timeout client 1s</c>.</param>
    internal static async Task<HaProxy> StartAsync(IEnumerable<(int Port, string Settings)> servers, params string[] settings)
    {
        var proxy = new HaProxy(await LabDirectory.CreateAsync("haproxy"));
        string[] configuration =
        [
            "defaults",
            "mode tcp",
            "timeout connect 2s",
            "timeout client 1h",
            "timeout server 1h",
            "timeout check 1s",
            "default-server inter 200ms fall 1 rise 1",
            "listen database",
            string.Create(CultureInfo.InvariantCulture, $"bind 127.0.0.1:{proxy.Port}"),
            .. settings,
            .. servers.Select(static (server, number) => string.Create(CultureInfo.InvariantCulture, $"server s{number} 127.0.0.1:{server.Port} {server.Settings}")),
        ];
        var file = proxy._directory.Path + "/haproxy.cfg";
        await Programs.WriteAsync(file, string.Join('\n', configuration) + "\n");
        proxy._process = await ServerProcess.StartAsync(Programs.HaProxy, ["-db", "-f", file], proxy.Port);
        return proxy;
    }

    /// <summary>For a pool of <paramref name="server"/>'s worker.</summary>
    internal string ConnectionString(PostgreSqlServer server) => server.ConnectionString(Port);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }
}
