namespace Cenote.Cli;

/// <summary>What the process tells its caller. Scripts depend on the numbers.</summary>
internal static class ExitCode
{
    /// <summary>The run ended, and everything that was checked holds.</summary>
    public const int Success = 0;

    /// <summary>The run ended, and the check found something wrong; or the run itself failed.</summary>
    public const int CheckFailed = 1;

    /// <summary>The arguments cannot work.</summary>
    public const int BadArguments = 2;

    /// <summary>The database cannot be reached or used.</summary>
    public const int DatabaseUnreachable = 3;

    /// <summary><c>cenote top</c>: the dashboard does not answer, or refuses.</summary>
    public const int DashboardUnreachable = 1;

    /// <summary><c>cenote top --once</c>: a pool or a set is unhealthy.</summary>
    public const int Unhealthy = 4;

    /// <summary>Ended by a second Ctrl-C: 128 + SIGINT, as shells have it.</summary>
    public const int Killed = 130;
}
