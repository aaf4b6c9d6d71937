using Microsoft.AspNetCore.Builder;

namespace Cenote.BrowserTests.Sites;

/// <summary>What a site shows, and to whom.</summary>
internal sealed record SiteOptions
{
    public PoolRegistry Registry { get; init; } = new();

    public IReadOnlyList<ReplicaSet> ReplicaSets { get; init; } = [];

    /// <summary>
    /// Whether there is a policy for actions, which <see cref="HeaderAuthentication.Operator"/> meets.
    /// </summary>
    public bool HasPolicy { get; init; } = true;

    /// <summary>Where it listens on 127.0.0.1; 0 for anywhere.</summary>
    public int Port { get; init; }

    /// <summary>Middleware of the application, in front of the dashboard.</summary>
    public Action<WebApplication>? Prepare { get; init; }

    /// <summary>Puts the dashboard where it belongs.</summary>
    public Action<WebApplication> Map { get; init; } = static app => app.MapCenoteDashboard("/pools");
}
