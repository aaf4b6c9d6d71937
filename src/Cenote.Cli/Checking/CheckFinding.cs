namespace Cenote.Cli.Checking;

/// <summary>What follows from the answers for a pool.</summary>
internal sealed record CheckFinding(CheckLevel Level, string Text);
