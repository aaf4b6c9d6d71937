namespace Cenote.Statements;

/// <summary>The kind of a part of a statement's text.</summary>
internal enum StatementPart
{
    /// <summary>White space and comments.</summary>
    Blank,

    /// <summary>A text in quotes, or a part that may be one.</summary>
    Literal,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A name in quotes or brackets.</summary>
    Name,

    /// <summary>A word, a name without quotes, or a parameter.</summary>
    Word,

    /// <summary>Any other character.</summary>
    Symbol,
}
