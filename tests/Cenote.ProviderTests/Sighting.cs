namespace Cenote.ProviderTests;

/// <summary>What a query saw before and after a lease left its traces, on how many physical connections.</summary>
internal sealed record Sighting(string? Before, string? After, long Opened);
