using System.Text;

namespace Cenote.Cli.Display;

/// <summary>
/// A standard stream that may be closed, full, or a terminal that is gone. The first failure is kept and ends the writing, not the process: a run still checks,
/// and still removes what is temporary.
/// </summary>
internal sealed class GuardedWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Why nothing is written any more; <see langword="null"/> while all is well.</summary>
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
