namespace Cenote.Cli.Checking;

/// <summary>What became of something that a holder left in a session.</summary>
internal enum LeftoverFate
{
    /// <summary>The next holder did not find it.</summary>
    Cleared,

    /// <summary>The next holder found it.</summary>
    LeftBehind,

    /// <summary>The user or the server does not allow it.</summary>
    NotAllowed,

    /// <summary>The next holder had another session.</summary>
    SessionClosed,
}
