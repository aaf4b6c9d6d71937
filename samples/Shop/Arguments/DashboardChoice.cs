namespace Cenote.Shop.Arguments;

/// <summary>Whether a run serves a dashboard.</summary>
internal enum DashboardChoice
{
    /// <summary>When the output is a terminal, which shows its address.</summary>
    AtTerminal,

    /// <summary>In any case: the run does not begin without.</summary>
    Always,

    /// <summary>Not at all.</summary>
    Never,
}
