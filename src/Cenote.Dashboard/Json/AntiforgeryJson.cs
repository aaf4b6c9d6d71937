namespace Cenote.Dashboard.Json;

/// <summary>What an action must send along.</summary>
internal sealed record AntiforgeryJson(string Header, string Token);
