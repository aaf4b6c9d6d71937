namespace Cenote.Tests.Storms;

/// <summary>What one storm looks like. Printed when it fails, so that it can be played again.</summary>
public sealed record StormOptions(
    int Seed,
    int MinSize,
    int MaxSize,
    int Actors,
    int StepsEach,
    SessionReset Clearing,
    bool Inline,
    ResetMode Reset,
    int FailPercent,
    int HangPercent,
    bool Resizes,
    bool Disposes,
    bool ShortTimeouts,
    bool Breaks);
