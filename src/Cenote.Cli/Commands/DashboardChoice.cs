namespace Cenote.Cli.Commands;

/// <summary>Whether a run serves a dashboard.</summary>
internal enum DashboardChoice
{
    /// <summary>If somebody is there to see its address.</summary>
    AtTerminal,

    /// <summary>In any case: the run does not begin without.</summary>
    Always,

    /// <summary>Not at all.</summary>
    Never,
}
