using System.Diagnostics;
using System.Reflection;

namespace Cenote.Testing;

/// <summary>
/// A built program as a process, as a person or a script runs it: Cenote.Shop for the tests in Cenote.ShopTests.
/// </summary>
public sealed class ProgramRun : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _lines = [];

    private ProgramRun(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What was written to standard output so far, as one text.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>What was written to standard error; complete after <see cref="EndAsync"/>.</summary>
    public string Errors { get; private set; } = "";

    public int ExitCode => _process.ExitCode;

    public static ProgramRun Start(params string[] arguments) => StartProcess("dotnet", [ProgramPath, .. arguments]);

    /// <summary>Starts the program on a terminal of 80 columns, in which Ctrl-C is a key.</summary>
    public static ProgramRun StartOnTerminal(string arguments) => StartProcess(
        "env", ["-u", "CI", "-u", "NO_COLOR", "TERM=xterm-256color", "script", "-qefc", $"stty rows 24 cols 80; exec dotnet '{ProgramPath}' {arguments}", "/dev/null"]);

    public static async Task<ProgramRun> RunAsync(params string[] arguments)
    {
        var run = Start(arguments);
        await run.EndAsync();
        return run;
    }

    /// <summary>Starts a script in which <c>$PROGRAM</c> is the program.</summary>
    public static ProgramRun StartInShell(string script) => StartProcess("sh", ["-c", $"PROGRAM='dotnet {ProgramPath}'; {script}"]);

    public static async Task<ProgramRun> RunInShellAsync(string script)
    {
        var run = StartInShell(script);
        await run.EndAsync();
        return run;
    }

    /// <summary>Reads output until a line contains all of the texts.</summary>
    public async Task WaitForLineAsync(params string[] texts)
    {
        while (await _process.StandardOutput.ReadLineAsync().Soon() is { } line)
        {
            _lines.Add(line);
            if (Array.TrueForAll(texts, text => line.Contains(text, StringComparison.Ordinal)))
            {
                return;
            }
        }

        await EndAsync();
        throw new InvalidOperationException($"The program ended with {ExitCode} and never wrote '{string.Join("' and '", texts)}':\n{Output}\n{Errors}");
    }

    public async Task EndAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync().Soon() is { } line)
        {
            _lines.Add(line);
        }

        Errors = await _errors.Soon();
        await _process.WaitForExitAsync().Soon();
    }

    /// <summary>Presses Ctrl-C on the program's terminal.</summary>
    public async Task PressCtrlCAsync()
    {
        await _process.StandardInput.WriteAsync('\x03');
        await _process.StandardInput.FlushAsync();
    }

    public void Interrupt() => Signal("INT");

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString()]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static string ProgramPath => Path.Combine(
        AppContext.BaseDirectory, Assembly.GetEntryAssembly()!.GetName().Name!.Replace("Tests", ".dll", StringComparison.Ordinal));

    private static ProgramRun StartProcess(string program, IEnumerable<string> arguments) => new(Process.Start(new ProcessStartInfo(program, arguments)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!);
}
