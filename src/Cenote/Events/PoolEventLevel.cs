namespace Cenote;

/// <summary>The level of an event of a pool.</summary>
public enum PoolEventLevel
{
    /// <summary>Normal operation, or a requested action.</summary>
    Information,

    /// <summary>A possible problem.</summary>
    Warning,

    /// <summary>Callers get no connection, or soon will not.</summary>
    Error,
}
