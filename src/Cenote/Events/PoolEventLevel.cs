namespace Cenote;

/// <summary>How much an event of a pool matters.</summary>
public enum PoolEventLevel
{
    /// <summary>The ordinary course of things, or what somebody asked for.</summary>
    Information,

    /// <summary>Worth a look.</summary>
    Warning,

    /// <summary>Callers are not served, or will not be.</summary>
    Error,
}
