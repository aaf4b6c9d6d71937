namespace Cenote.FaultTests.Scenarios;

/// <summary>What the lab holds the pool to, in numbers.</summary>
internal static class Promise
{
    /// <summary>The acquire timeout of the pools under test.</summary>
    internal static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(500);

    /// <summary>Room for a machine that does other work: a promise about time is kept by timers and threads.</summary>
    internal static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(500);

    /// <summary>From the moment on which the database answers again until every new caller is served.</summary>
    internal static readonly TimeSpan Recovery = TimeSpan.FromSeconds(1);

    /// <summary>One try to connect: where nothing is heard at all, attempts under way end no sooner.</summary>
    internal static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    /// <summary>One validation, or one clearing of a session; upkeep looks at those once a second.</summary>
    internal static readonly TimeSpan ValidationTimeout = TimeSpan.FromMilliseconds(500);

    internal const int MaxSize = 6;

    internal const int MinSize = 2;

    internal static TimeSpan RecoveryOf(IReadOnlyList<Scenario> scenarios) =>
        Recovery + Slack + scenarios.Max(static scenario => scenario.Hold)
        + (scenarios.Any(static scenario => scenario.IsSilent) ? ConnectTimeout + ValidationTimeout : TimeSpan.Zero);
}
