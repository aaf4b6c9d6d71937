namespace Cenote;

/// <summary>
/// Options for warming up connection pools before a host serves, and for draining them when it stops. The configuration
/// section <c>Cenote:Hosting</c> overrides code. Read once, when the host starts.
/// </summary>
public sealed class PoolHostingOptions
{
    /// <summary>The configuration section that the options are read from.</summary>
    public const string SectionName = "Cenote:Hosting";

    /// <summary>Gets or sets the maximum time that the start of the host waits for all pools together.</summary>
    /// <value>Default 15 s. Range 1 ms to 1 h. The server does not listen meanwhile, so keep it below the start timeout
    /// of the orchestrator.</value>
    public TimeSpan WarmUpTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets the number of connections to open before the host serves, by the name of the pool.</summary>
    /// <value>Default: none, each pool opens its minimum. Range 0 to the maximum size of the pool; 0 for not waiting
    /// for that pool.</value>
    public IDictionary<string, int> WarmUpTargets { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>
    /// Gets or sets what the start does about a pool that could not be warmed up within <see cref="WarmUpTimeout"/>.
    /// </summary>
    /// <value>Default <see cref="DatabaseUnavailableBehavior.StartNotReady"/>.</value>
    public DatabaseUnavailableBehavior DatabaseUnavailableBehavior { get; set; } = DatabaseUnavailableBehavior.StartNotReady;

    /// <summary>
    /// Gets or sets the maximum time of the drain after everything in the host has stopped. The rest of the host's
    /// shutdown time is a limit, too.
    /// </summary>
    /// <value>Default 30 s. Range 0 to 1 h; 0 for not waiting at all.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the problems of the configuration.</summary>
    internal List<string> Problems { get; } = [];
}
