namespace Cenote;

/// <summary>What the dashboard shows, how far back, and to whom. Read once, when the host starts.</summary>
public sealed class DashboardOptions
{
    /// <summary>
    /// The authorization policy that a viewer must meet to act on pools: suspend, resize, revoke a lease and the like.
    /// </summary>
    /// <value>Default <see langword="null"/>: the dashboard is read-only. A policy of that name must be
    /// registered, or the host does not start.</value>
    public string? ActionPolicy { get; set; }

    /// <summary>
    /// Whether the dashboard is served to anybody who reaches the server, without authorization. Lines of code,
    /// statements and errors are on it: for networks that only operators reach.
    /// </summary>
    /// <value>Default <see langword="false"/>: without authorization, only requests from this machine to this machine
    /// are served.</value>
    public bool AllowAnonymousAccessFromAnywhere { get; set; }

    /// <summary>
    /// Origins, such as <c>https://ops.example.com</c>, whose pages may use the dashboard besides its own. The page's
    /// public origin belongs here when a proxy changes the Host header and forwarded headers are not used.
    /// </summary>
    /// <value>Default: none. Pages of other origins are refused, even where CORS lets them read answers. Scheme, host
    /// and port, without a path.</value>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// How far back the history of each pool goes. Less needs less memory: see <c>docs/dashboard.md</c>.
    /// </summary>
    /// <value>Default 24 h. Range 1 min to 24 h.</value>
    public TimeSpan HistoryDuration { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Registries to show, besides the container's own.</summary>
    /// <value>Default: none. Pools that are registered later are shown from then on; none is constructed for being
    /// shown.</value>
    public IList<PoolRegistry> Registries { get; } = [];

    /// <summary>Pools to show that are in no registry.</summary>
    /// <value>Default: none.</value>
    public IList<ConnectionPool> Pools { get; } = [];

    /// <summary>
    /// Gets the replica sets to show that are not services of the container. The pools of a set are shown with it.
    /// </summary>
    /// <value>Default: none.</value>
    public IList<ReplicaSet> ReplicaSets { get; } = [];

    /// <summary>The clock and the timer of the samples.</summary>
    /// <value>Default <see langword="null"/>: the container's <see cref="System.TimeProvider"/>, or
    /// <see cref="System.TimeProvider.System"/>.</value>
    public TimeProvider? TimeProvider { get; set; }
}
