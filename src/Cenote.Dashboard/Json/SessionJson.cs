namespace Cenote.Dashboard.Json;

/// <summary>What this viewer may do, and how.</summary>
internal sealed record SessionJson(
    bool CanAct,
    string? ReadOnlyReason,
    string? User,
    AntiforgeryJson? Antiforgery,
    string Version,
    DateTimeOffset ServerTime,
    IReadOnlyList<int> Ranges);

/// <summary>What an action must send along.</summary>
internal sealed record AntiforgeryJson(string Header, string Token);

/// <summary>
/// An answer that refuses something (RFC 9457): what is wrong, each problem with its value and remedy.
/// </summary>
internal sealed record ProblemJson(string Title, int Status, string Detail, IReadOnlyList<string> Problems);

/// <summary>What an action has done.</summary>
internal sealed record ActionResultJson(string Message);
