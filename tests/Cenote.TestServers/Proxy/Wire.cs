namespace Cenote.TestServers.Proxy;

/// <summary>
/// The little that the proxy knows of a protocol: whether what a client sends is a request rather than a part of its
/// login.
/// </summary>
internal static class Wire
{
    internal delegate bool IsRequest(ReadOnlySpan<byte> sent);

    /// <summary>
    /// Start-up messages begin with a length (0), passwords with <c>p</c>; every other message has a capital letter.
    /// </summary>
    internal static bool IsPostgreSqlRequest(ReadOnlySpan<byte> sent) => sent is [>= (byte)'A' and <= (byte)'Z', ..];

    /// <summary>
    /// Packets have a length (3 bytes) and a number, which starts over with each command; the login begins at 1.
    /// </summary>
    internal static bool IsMySqlRequest(ReadOnlySpan<byte> sent) => sent is [_, _, _, 0, ..];
}
