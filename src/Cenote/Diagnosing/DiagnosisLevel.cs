namespace Cenote;

/// <summary>How a pool is.</summary>
public enum DiagnosisLevel
{
    /// <summary>Callers are served.</summary>
    Healthy,

    /// <summary>Callers are served, but somebody should look.</summary>
    Degraded,

    /// <summary>Callers are not served.</summary>
    Unhealthy,
}
