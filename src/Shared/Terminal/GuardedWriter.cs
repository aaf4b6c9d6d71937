using System.Text;

namespace Cenote.Shared;

/// <summary>
/// A standard stream that may be closed, full, or a terminal that is gone. The first failure ends the writing, not the
/// process: a run still checks its data and removes its temporary files.
/// </summary>
internal sealed class GuardedWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Gets the failure that ended the writing; <see langword="null"/> if none has.</summary>
    public string? Failure { get; private set; }

    /// <summary>Guards the streams of this process.</summary>
    /// <returns>Standard output.</returns>
    public static GuardedWriter Install()
    {
        var output = new GuardedWriter(Console.Out);
        Console.SetOut(output);
        Console.SetError(new GuardedWriter(Console.Error));
        return output;
    }

    /// <summary>Ends the process with a message and a failure when its output could not be written.</summary>
    /// <param name="program">The program's name, as its messages begin.</param>
    /// <param name="exitCode">The exit code of a process whose output was written.</param>
    /// <returns>The exit code.</returns>
    public int Close(string program, int exitCode)
    {
        if (Failure is null)
        {
            return exitCode;
        }

        Console.Error.WriteLine($"{program}: standard output cannot be written: {Failure}");
        return exitCode == 0 ? 1 : exitCode;
    }

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        if (Failure is not null)
        {
            return;
        }

        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Failure = (exception.InnerException ?? exception).Message;
        }
    }
}
