namespace Cenote.Reporting;

/// <summary>What was to be reached, and whether it was.</summary>
/// <param name="Name">What is compared.</param>
/// <param name="Goal">What was to be reached.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="IsMet">Whether it was reached; <see langword="null"/> when it was not measured.</param>
internal sealed record Target(string Name, string Goal, string Measured, bool? IsMet)
{
    internal string Result => IsMet switch
    {
        true => "met",
        false => "**missed**",
        null => "not measured",
    };
}
