using System.Diagnostics;

namespace Cenote.CliTests.Running;

/// <summary>The built command as a process, as a person or a script runs it.</summary>
internal sealed class CommandRun : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _lines = [];

    private CommandRun(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What was written to standard output so far, as one text.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>What was written to standard error; complete after <see cref="EndAsync"/>.</summary>
    public string Errors { get; private set; } = "";

    public int ExitCode => _process.ExitCode;

    public static CommandRun Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Cenote.Cli.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new CommandRun(Process.Start(start)!);
    }

    public static async Task<CommandRun> RunAsync(params string[] arguments)
    {
        var run = Start(arguments);
        await run.EndAsync();
        return run;
    }

    /// <summary>Reads output until a line contains the text.</summary>
    public async Task WaitForLineAsync(string text)
    {
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            _lines.Add(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        await EndAsync();
        Assert.Fail($"The command ended with {ExitCode} and never said '{text}':\n{Output}\n{Errors}");
    }

    public async Task EndAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            _lines.Add(line);
        }

        Errors = await _errors;
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString()]);
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
}
