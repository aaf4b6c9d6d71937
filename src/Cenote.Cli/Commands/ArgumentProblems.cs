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

    /// <summary>Cuts off every word but flags: a connection string or a header that the shell took apart would be echoed, password and all.</summary>
    public static string WithoutWords(string parserMessage) => WordInQuotes().Replace(parserMessage, "'…'");

    // Up to the last quote that does not belong to a flag: the word may have quotes in it.
    [GeneratedRegex("'(?!--[a-z]+(-[a-z]+)*').*?'(?=[^']*('--[a-z]+(-[a-z]+)*'[^']*)*$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordInQuotes();
}
