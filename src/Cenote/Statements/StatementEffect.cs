namespace Cenote.Statements;

/// <summary>The effect of a statement's text on its session.</summary>
internal enum StatementEffect
{
    /// <summary>The session stays as it was.</summary>
    None,

    /// <summary>Only a transaction begins or ends.</summary>
    Transaction,

    /// <summary>The session may change.</summary>
    Session,
}
