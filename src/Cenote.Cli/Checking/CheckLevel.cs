namespace Cenote.Cli.Checking;

/// <summary>How much a finding matters. Only <see cref="Problem"/> changes the exit code.</summary>
internal enum CheckLevel
{
    /// <summary>Good to know.</summary>
    Note,

    /// <summary>Works, until something else happens.</summary>
    Warning,

    /// <summary>A pool will lose callers or sessions.</summary>
    Problem,
}
