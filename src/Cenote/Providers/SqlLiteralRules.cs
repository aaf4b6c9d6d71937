namespace Cenote.Providers;

/// <summary>
/// How a database tells literals in a statement's text from the rest of it, so that they can be left out of what is
/// shown to people. Where a database does not say, whatever might be a literal is left out.
/// </summary>
[Flags]
public enum SqlLiteralRules
{
    /// <summary>The rules of the database are unknown.</summary>
    None = 0,

    /// <summary>Double quotes enclose a name, not a text.</summary>
    DoubleQuotedIdentifiers = 1,

    /// <summary>
    /// A backslash in a text takes the next character with it, a quote, too; a number sign begins a comment.
    /// </summary>
    BackslashEscapes = 2,

    /// <summary>A backslash in a text is a character like any other.</summary>
    NoBackslashEscapes = 4,

    /// <summary>Square brackets enclose a name.</summary>
    BracketedIdentifiers = 8,

    /// <summary>
    /// Double quotes enclose a text where no column has such a name. After an operator they are taken for a text. Goes
    /// with <see cref="DoubleQuotedIdentifiers"/>.
    /// </summary>
    DoubleQuotedStrings = 16,
}
