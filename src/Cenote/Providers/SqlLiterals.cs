namespace Cenote.Providers;

/// <summary>
/// How a database tells literals in a statement's text from the rest of it, so that they can be left out of what is shown to people. Where a
/// database does not say, whatever might be a literal is left out.
/// </summary>
[Flags]
public enum SqlLiterals
{
    /// <summary>Nothing is known.</summary>
    Unknown = 0,

    /// <summary>What is in double quotes is a name, not a text.</summary>
    NamesInDoubleQuotes = 1,

    /// <summary>A backslash in a text takes the next character with it, a quote, too; a number sign begins a comment.</summary>
    BackslashEscapes = 2,

    /// <summary>A backslash in a text is a character like any other.</summary>
    PlainBackslashes = 4,

    /// <summary>What is in square brackets is a name.</summary>
    NamesInBrackets = 8,

    /// <summary>What is in double quotes is a text where no column has such a name: after an operator it is taken for one. Goes with <see cref="NamesInDoubleQuotes"/>.</summary>
    TextsInDoubleQuotes = 16,
}
