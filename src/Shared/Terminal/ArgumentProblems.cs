using System.Text.RegularExpressions;

namespace Cenote.Shared;

/// <summary>One message that lists every problem of a command line.</summary>
internal static partial class ArgumentProblems
{
    /// <param name="problems">One sentence per problem.</param>
    /// <param name="program">The program's name, as its messages begin.</param>
    /// <param name="help">The command that prints the help.</param>
    public static string Describe(IReadOnlyCollection<string> problems, string program, string help)
    {
        var count = problems.Count == 1 ? "a problem" : FormattableString.Invariant($"{problems.Count} problems");
        return string.Join(Environment.NewLine, [$"{program}: the arguments have {count}.", .. problems.Select(problem => "- " + problem), $"See: {help}"]);
    }

    /// <summary>
    /// Removes every word except flags, because the parser repeats a connection string or a header that the shell took
    /// apart, password included.
    /// </summary>
    public static string WithoutWords(string parserMessage) => WordInQuotes().Replace(parserMessage, "'…'");

    // Up to the last quote that does not belong to a flag: the word may have quotes in it.
    [GeneratedRegex("'(?!--[a-z]+(-[a-z]+)*').*?'(?=[^']*('--[a-z]+(-[a-z]+)*'[^']*)*$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordInQuotes();
}
