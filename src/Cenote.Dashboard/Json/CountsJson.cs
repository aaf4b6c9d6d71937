namespace Cenote.Dashboard.Json;

/// <summary>Connections by what they are doing, and callers that wait.</summary>
internal sealed record CountsJson(int Total, int Idle, int Leased, int Opening, int Resetting, int Validating, int Closing, int Waiting, int Limit);
