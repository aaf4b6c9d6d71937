using System.Runtime.InteropServices;

namespace Cenote.Shared;

/// <summary>
/// The first Ctrl-C (or SIGTERM, or the end of the terminal) asks the command to end; the second ends the process.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const string ShowCursor = "\e[?25h";

    // 128 + SIGINT, as shells have it.
    private const int KilledExitCode = 130;

    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _hangUp;
    private readonly string _lastWords;
    private int _signals;

    /// <param name="lastWords">The message that is written when a second interrupt ends the process.</param>
    public Interruption(string lastWords)
    {
        _lastWords = lastWords;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle);
    }

    /// <summary>Gets a token that is cancelled by the first Ctrl-C.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Removes what must not stay behind when the process is ended at once.</summary>
    public Action? BeforeKill { get; set; }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _hangUp.Dispose();
        _asked.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) == 1)
        {
            _asked.Cancel();
            return;
        }

        if (!Console.IsOutputRedirected)
        {
            Console.WriteLine(ShowCursor);
        }

        Console.Error.WriteLine(_lastWords);
        BeforeKill?.Invoke();
        Environment.Exit(KilledExitCode);
    }
}
