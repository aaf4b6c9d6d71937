namespace Cenote.Dashboard.Json;

/// <summary>One replica set in the overview.</summary>
internal sealed record SetRowJson(
    string Name,
    string Level,
    string Summary,
    string? Primary,
    int Servers,
    int Serving,
    long Failovers,
    double? MaxLagSeconds);
