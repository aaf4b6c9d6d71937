namespace Cenote.Shop.Running;

/// <summary>The exit codes of a run. Scripts depend on the numbers.</summary>
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

    /// <summary>The run was interrupted before the clients began.</summary>
    public const int Interrupted = 130;
}
