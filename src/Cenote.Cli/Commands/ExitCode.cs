namespace Cenote.Cli.Commands;

/// <summary>The exit codes of the tool. Scripts depend on the numbers.</summary>
internal static class ExitCode
{
    /// <summary>The pools were shown, or the database was checked or measured.</summary>
    public const int Success = 0;

    /// <summary>The dashboard or the database does not answer, or rejects the request.</summary>
    public const int Unreachable = 1;

    /// <summary>The arguments are invalid.</summary>
    public const int BadArguments = 2;

    /// <summary>A check or a measurement was interrupted before its end, as a shell says it of Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>
    /// With <c>--once</c>: a pool or a set is unhealthy. Of a check or a measurement: there is a problem.
    /// </summary>
    public const int Unhealthy = 4;
}
