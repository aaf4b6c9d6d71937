using System.Net.Sockets;

namespace Cenote.Shared;

/// <summary>What the machine knows of the other side of a TCP connection, without a round trip.</summary>
internal static class PeerState
{
    // IPPROTO_TCP, TCP_INFO and the states of Linux.
    private const int Tcp = 6;
    private const int TcpInfo = 11;
    private const byte Close = 7;
    private const byte CloseWait = 8;

    /// <summary>
    /// Returns whether the other side has closed the connection, also while data from it is unread. Only Linux tells;
    /// elsewhere <see langword="false"/>.
    /// </summary>
    internal static bool HasClosed(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.ProtocolType != ProtocolType.Tcp)
        {
            return false;
        }

        Span<byte> state = stackalloc byte[1];
        try
        {
            return socket.GetRawSocketOption(Tcp, TcpInfo, state) == 1 && state[0] is Close or CloseWait;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The driver has released it, and reports that itself.
            return false;
        }
    }
}
