namespace Cenote.Dashboard.Json;

/// <summary>What an action has done.</summary>
internal sealed record ActionResultJson(string Message);
