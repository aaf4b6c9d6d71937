namespace Cenote.Providers;

/// <summary>
/// The rules by which a database distinguishes literals from other text of a statement, so that they are not shown to
/// people. Where the rules are unknown, any possible literal is left out.
/// </summary>
[Flags]
public enum SqlLiteralRules
{
    /// <summary>The rules of the database are unknown.</summary>
    None = 0,

    /// <summary>Double quotes enclose a name, not a text.</summary>
    DoubleQuotedIdentifiers = 1,

    /// <summary>
    /// A backslash in a text escapes the next character, even a quote. A number sign begins a comment.
    /// </summary>
    BackslashEscapes = 2,

    /// <summary>A backslash in a text is a character like any other.</summary>
    NoBackslashEscapes = 4,

    /// <summary>Square brackets enclose a name.</summary>
    BracketedIdentifiers = 8,

    /// <summary>
    /// Double quotes enclose a text where no column has such a name. After an operator they count as a text. Used with
    /// <see cref="DoubleQuotedIdentifiers"/>.
    /// </summary>
    DoubleQuotedStrings = 16,
}
