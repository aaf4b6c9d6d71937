using System.Collections.Frozen;

namespace Cenote.Dashboard.Access;

/// <summary>
/// The request headers that browsers and command-line clients send by themselves. No client's address is among them.
/// </summary>
internal static class ClientHeaders
{
    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
        [
            "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Access-Control-Request-Headers", "Access-Control-Request-Method",
            "Access-Control-Request-Private-Network", "Alt-Used", "Authorization", "Cache-Control", "Connection", "Content-Encoding", "Content-Length",
            "Content-Type", "Cookie", "DNT", "Date", "Device-Memory", "Downlink", "DPR", "ECT", "Expect", "Host", "HTTP2-Settings", "If-Match",
            "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Keep-Alive", "Last-Event-ID", "Origin", "Pragma", "Priority", "Purpose",
            "Range", "Referer", "RTT", "Save-Data", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Upgrade-Insecure-Requests", "User-Agent",
            "Viewport-Width", "Width", "X-Requested-With",

            // HttpClient, inside a trace.
            "traceparent", "tracestate", "baggage", "Correlation-Context", "Request-Id",
        ],
        StringComparer.OrdinalIgnoreCase);

    internal static bool Contains(string name) => Known.Contains(name);
}
