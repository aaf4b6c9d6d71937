namespace Cenote;

/// <summary>Options of the dashboard: its content, history and access. Read once, when the host starts.</summary>
public sealed class DashboardOptions
{
    /// <summary>
    /// Gets or sets the authorization policy that a viewer must meet to act on pools, for example to suspend or resize
    /// one.
    /// </summary>
    /// <value>Default <see langword="null"/>: the dashboard is read-only. A policy of that name must be
    /// registered, or the host does not start.</value>
    public string? ActionPolicy { get; set; }

    /// <summary>
    /// Gets or sets whether the dashboard is served without authorization to every client of the server. It shows lines
    /// of code, statements and errors, so use it in networks of operators only.
    /// </summary>
    /// <value>Default <see langword="false"/>: without authorization, only requests from this machine to this machine
    /// are served.</value>
    public bool AllowAnonymousAccessFromAnywhere { get; set; }

    /// <summary>
    /// Gets the origins, such as <c>https://ops.example.com</c>, whose pages may use the dashboard besides its own. Add
    /// the public origin of the page when a proxy changes the Host header and forwarded headers are not used.
    /// </summary>
    /// <value>Default: none. Pages of other origins are rejected, even where CORS lets them read answers. Scheme, host
    /// and port, without a path.</value>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// Gets or sets the length of the history of each pool. Less needs less memory: see <c>docs/dashboard.md</c>.
    /// </summary>
    /// <value>Default 24 h. Range 1 min to 24 h.</value>
    public TimeSpan HistoryDuration { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Gets the registries to show, besides the container's own.</summary>
    /// <value>Default: none. Pools that are registered later are shown from then on; the dashboard does not
    /// construct them.</value>
    public IList<PoolRegistry> Registries { get; } = [];

    /// <summary>Gets the pools to show that are in no registry.</summary>
    /// <value>Default: none.</value>
    public IList<ConnectionPool> Pools { get; } = [];

    /// <summary>
    /// Gets the replica sets to show that are not services of the container. The pools of a set are shown with it.
    /// </summary>
    /// <value>Default: none.</value>
    public IList<ReplicaSet> ReplicaSets { get; } = [];

    /// <summary>Gets or sets the clock and the timer of the samples.</summary>
    /// <value>Default <see langword="null"/>: the container's <see cref="System.TimeProvider"/>, or
    /// <see cref="System.TimeProvider.System"/>.</value>
    public TimeProvider? TimeProvider { get; set; }
}
