namespace Cenote;

/// <summary>
/// How a host warms its connection pools up before it serves, and drains them when it stops. What the configuration
/// section <c>Cenote:Hosting</c> says comes after what the code says, and wins. Read once, when the host starts.
/// </summary>
public sealed class PoolHostingOptions
{
    /// <summary>The configuration section that the options are read from.</summary>
    public const string SectionName = "Cenote:Hosting";

    /// <summary>Gets or sets the maximum time that the start of the host waits for all pools together.</summary>
    /// <value>Default 15 s. Range 1 ms to 1 h. The server does not listen meanwhile, so keep it below the start timeout
    /// of the orchestrator.</value>
    public TimeSpan WarmUpTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many connections to open before the host serves, by the name of the pool.</summary>
    /// <value>Default: none, each pool opens its minimum. Range 0 to the maximum size of the pool; 0 for not waiting
    /// for that pool.</value>
    public IDictionary<string, int> WarmUpTargets { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>
    /// What the start does about a pool that could not be warmed up within <see cref="WarmUpTimeout"/>.
    /// </summary>
    /// <value>Default <see cref="DatabaseUnavailableBehavior.StartNotReady"/>.</value>
    public DatabaseUnavailableBehavior DatabaseUnavailableBehavior { get; set; } = DatabaseUnavailableBehavior.StartNotReady;

    /// <summary>
    /// The longest that draining takes once everything in the host has stopped. What is left of the host's shutdown
    /// time is a limit, too.
    /// </summary>
    /// <value>Default 30 s. Range 0 to 1 h; 0 for not waiting at all.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What the configuration says that cannot be.</summary>
    internal List<string> Problems { get; } = [];
}
