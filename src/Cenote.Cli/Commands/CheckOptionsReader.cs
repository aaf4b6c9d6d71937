using System.CommandLine;

namespace Cenote.Cli.Commands;

/// <summary>Turns the words of <c>cenote check</c> into options.</summary>
internal sealed class CheckOptionsReader(CheckCommand command, ParseResult words) : DatabaseOptionsReader(command, words)
{
    /// <returns><see langword="null"/> with a problem.</returns>
    public CheckOptions? Read()
    {
        var (questions, connection, timeout) = ReadTarget();
        return Problems.Count > 0 ? null : new CheckOptions
        {
            Questions = questions!,
            ConnectionString = connection!,
            Timeout = timeout,
            Json = AsksForJson,
        };
    }
}
