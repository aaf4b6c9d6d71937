namespace Cenote.Comparing;

/// <summary>What a comparison says.</summary>
internal enum ComparisonOutcome
{
    /// <summary>Nothing: chance alone could give any result with so few pairs.</summary>
    TooFewPairs,

    /// <summary>The one is not clearly faster than the other.</summary>
    NoClearDifference,

    /// <summary>One writer and readers do more.</summary>
    SplitFaster,

    /// <summary>One pool for both does more.</summary>
    MixedFaster,
}
