using System.Text.RegularExpressions;

namespace Cenote.Cli.Commands;

/// <summary>One message that names every problem of a command line.</summary>
internal static partial class ArgumentProblems
{
    public static string Describe(IReadOnlyCollection<string> problems, string command)
    {
        var headline = problems.Count == 1 ? "cenote: the arguments have a problem." : FormattableString.Invariant($"cenote: the arguments have {problems.Count} problems.");
        return string.Join(Environment.NewLine, problems.Select(problem => "- " + problem).Prepend(headline).Append($"See: cenote {command} --help"));
    }

    /// <summary>Cuts off values: a connection string that the shell took apart is echoed by the parser, password and all.</summary>
    public static string WithoutValues(string parserMessage) => ValueInQuotes().Replace(parserMessage, "=…'");

    /// <summary>Cuts off every word but flags: a header that the shell took apart would be echoed, token and all.</summary>
    public static string WithoutWords(string parserMessage) => WordInQuotes().Replace(parserMessage, "'…'");

    [GeneratedRegex("'(?!--[a-z]+')[^']*'", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordInQuotes();

    [GeneratedRegex("=[^']*'", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ValueInQuotes();
}
