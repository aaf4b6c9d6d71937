using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Cenote.Shop.Instances;

/// <summary>An instance that this process has started.</summary>
internal sealed class InstanceProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private InstanceReport? _latest;

    private InstanceProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
    }

    /// <summary>The number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>The last report; <see langword="null"/> before the first.</summary>
    public InstanceReport? Latest => Volatile.Read(ref _latest);

    /// <summary>How many callers it was told to have.</summary>
    public int Wanted { get; private set; }

    /// <summary>Starts an instance, and waits for its first report.</summary>
    /// <exception cref="InvalidOperationException">It ended before; its standard error says why.</exception>
    public static async Task<InstanceProcess> StartAsync(InstanceSettings settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(InstanceProcess).Assembly.Location, InstanceProgram.Word])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var instance = new InstanceProcess(Process.Start(start)!);
        await instance._process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(settings));
        await instance._process.StandardInput.FlushAsync();
        await instance._ready.Task;
        return instance;
    }

    /// <summary>Tells it how many callers it has.</summary>
    public async Task WantAsync(int callers)
    {
        Wanted = callers;
        await _process.StandardInput.WriteLineAsync(callers.ToString(CultureInfo.InvariantCulture));
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Ends it in order, or after a while as a crash would.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(LongestEnd);
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited)
            {
                await KillAsync();
            }
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            _ready.TrySetException(new InvalidOperationException("An instance ended before it was ready."));
        }
        else
        {
            Volatile.Write(ref _latest, JsonSerializer.Deserialize<InstanceReport>(line));
            _ready.TrySetResult();
        }
    }
}
