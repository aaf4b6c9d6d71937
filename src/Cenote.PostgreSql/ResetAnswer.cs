using System.Buffers.Binary;
using System.Net.Sockets;

namespace Cenote.PostgreSql;

/// <summary>
/// The server's answer to a reset, while it is unread. The driver reads it with the answer to the next command, and a
/// failed reset would fail that command. So the next holder gets another connection if the failure has arrived.
/// </summary>
internal static class ResetAnswer
{
    // CommandComplete and ReadyForQuery of SET and of DISCARD ALL, without changed parameters.
    private const int UsualSize = 15 + 23;

    private const int HeaderSize = 1 + sizeof(int);

    /// <summary>Throws if the unread answer says that the reset failed. Blocks never, and reads nothing.</summary>
    internal static void Check(Socket socket)
    {
        var size = socket.Available;
        if (size is 0 or UsualSize)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[Math.Min(size, 512)];
        ReadOnlySpan<byte> rest = buffer[..socket.Receive(buffer, SocketFlags.Peek)];
        while (rest.Length >= HeaderSize)
        {
            // Any other code is a later part of the answer, or encrypted.
            var length = BinaryPrimitives.ReadInt32BigEndian(rest[1..]);
            if (rest[0] == 'E')
            {
                throw new InvalidOperationException("The server could not reset the session.");
            }

            if (!"ACDNSTZ".Contains((char)rest[0]) || length < sizeof(int) || length >= rest.Length)
            {
                return;
            }

            rest = rest[(1 + length)..];
        }
    }
}
