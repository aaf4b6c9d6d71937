namespace Cenote;

/// <summary>The level of a diagnosis.</summary>
public enum DiagnosisLevel
{
    /// <summary>Callers are served.</summary>
    Healthy,

    /// <summary>Callers are served, but an operator should look at the pool.</summary>
    Degraded,

    /// <summary>Callers are not served.</summary>
    Unhealthy,
}
