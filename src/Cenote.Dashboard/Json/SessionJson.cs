namespace Cenote.Dashboard.Json;

/// <summary>The permissions of a viewer.</summary>
internal sealed record SessionJson(
    bool CanAct,
    string? ReadOnlyReason,
    string? User,
    AntiforgeryJson? Antiforgery,
    string Version,
    DateTimeOffset ServerTime,
    IReadOnlyList<int> Ranges);

/// <summary>The antiforgery token that an action must send.</summary>
internal sealed record AntiforgeryJson(string Header, string Token);

/// <summary>
/// A rejection (RFC 9457): what is wrong, each problem with its value and fix.
/// </summary>
internal sealed record ProblemJson(string Title, int Status, string Detail, IReadOnlyList<string> Problems);

/// <summary>The result of an action.</summary>
internal sealed record ActionResultJson(string Message);
