using System.Diagnostics;

namespace Cenote.TestServers.Processes;

/// <summary>
/// A database server as a direct child of this process: started until it says that it is ready, stopped by its id.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _log = [];

    private ServerProcess(Process process, string readySign)
    {
        _process = process;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException("The server ended before it was ready."));
        process.OutputDataReceived += (_, line) => Read(line.Data, readySign);
        process.ErrorDataReceived += (_, line) => Read(line.Data, readySign);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        if (process.HasExited)
        {
            _ready.TrySetException(new InvalidOperationException("The server ended before it was ready."));
        }
    }

    internal int Id => _process.Id;

    /// <summary>Starts a server and waits until it accepts connections.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; quotes its last lines.</exception>
    internal static async Task<ServerProcess> StartAsync(string program, IEnumerable<string> arguments, string readySign)
    {
        var server = new ServerProcess(await ProcessNursery.StartAsync(Programs.AsOrdinaryUser(program, arguments)), readySign);
        try
        {
            await server._ready.Task.Soon();
            return server;
        }
        catch (Exception exception)
        {
            var log = server.LastLines();
            await server.KillAsync();
            throw new InvalidOperationException($"{Path.GetFileName(program)} did not start: {exception.Message}{Environment.NewLine}{log}", exception);
        }
    }

    /// <summary>Starts a server that writes nothing when it is ready, and waits until its port answers.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; quotes its last lines.</exception>
    internal static async Task<ServerProcess> StartAsync(string program, IEnumerable<string> arguments, int port)
    {
        var server = new ServerProcess(await ProcessNursery.StartAsync(Programs.AsOrdinaryUser(program, arguments)), readySign: "\0");
        await Patience.SoonAsync(async () => server._process.HasExited || await AnswersAsync(port), server.LastLines);
        return !server._process.HasExited ? server : throw new InvalidOperationException($"The server ended before it was ready.{Environment.NewLine}{server.LastLines()}");
    }

    private static async ValueTask<bool> AnswersAsync(int port)
    {
        using var client = new System.Net.Sockets.TcpClient();
        try
        {
            await client.ConnectAsync(System.Net.IPAddress.Loopback, port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    /// <summary>Ends it as a crash would, and waits until it is gone.</summary>
    internal async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync().Soon();
    }

    /// <summary>Asks it to end.</summary>
    internal async Task StopAsync(string signal)
    {
        if (!_process.HasExited)
        {
            await Programs.RunAsync(Programs.AsThisUser("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]));
        }

        await _process.WaitForExitAsync().Soon();
    }

    internal string LastLines()
    {
        lock (_log)
        {
            return string.Join(Environment.NewLine, _log.TakeLast(20));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Read(string? line, string readySign)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.Add(line);
            if (_log.Count > 200)
            {
                _log.RemoveRange(0, 100);
            }
        }

        if (line.Contains(readySign, StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }
}
