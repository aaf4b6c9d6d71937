namespace Cenote.Cli.Comparing;

/// <summary>How this pool does beside the driver's.</summary>
internal enum Outcome
{
    WithinNoise,
    Better,
    Worse,
}
