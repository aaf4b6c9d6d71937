using Microsoft.Extensions.Logging;

namespace Cenote.AspNetCore.CausalReads;

/// <summary>The log messages of causal reads. Event ids are stable, because alerts refer to them.</summary>
internal static partial class CausalReadsLog
{
    [LoggerMessage(220, LogLevel.Warning, "A request had a token that is not of replica set {SetName}, or not signed with one of its keys, and is served without it. {Others} more since the last such message, which comes once a minute at most")]
    internal static partial void TokenRefused(ILogger logger, string setName, int others);

    [LoggerMessage(221, LogLevel.Warning, "A request has written to replica set {SetName}, and its answer has no token, because the primary does not say how far it has come. {Others} more since the last such message, which comes once a minute at most")]
    internal static partial void PositionUnknown(ILogger logger, string setName, int others, Exception exception);
}
