using Cenote.TestServers.Processes;

namespace Cenote.TestServers;

/// <summary>A real Redis that keeps nothing on disk, so that a restart loses everything.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly LabDirectory _directory;
    private ServerProcess? _process;

    private RedisServer(LabDirectory directory) => _directory = directory;

    internal int Port { get; } = FreePort.Take();

    internal string Configuration => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)},abortConnect=false";

    internal static async Task<RedisServer> StartNewAsync()
    {
        var server = new RedisServer(await LabDirectory.CreateAsync("redis"));
        await server.StartAsync();
        return server;
    }

    internal async Task StartAsync() => _process = await ServerProcess.StartAsync(
        Programs.Redis,
        ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _directory.Path],
        "Ready to accept connections");

    /// <summary>Ends it as a crash would.</summary>
    internal async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _directory.Dispose();
    }
}
