using System.Buffers.Binary;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>What a client sent: one message of MS-TDS, its packets put together.</summary>
/// <param name="Kind">Of the message; of the packet header's first byte.</param>
/// <param name="ResetsConnection">Whether the header's RESETCONNECTION bit (0x08) was set: clear the session, then do
/// as told.</param>
/// <param name="Payload">Everything after the headers.</param>
internal sealed record TdsMessage(TdsMessageKind Kind, bool ResetsConnection, byte[] Payload)
{
    private const int HeaderLength = 8;
    private const int LastPacket = 0x01;
    private const int ResetBit = 0x08;

    /// <summary>The text of a batch, after the headers that say which transaction it belongs to.</summary>
    internal string Text => System.Text.Encoding.Unicode.GetString(Body);

    /// <summary>The payload of a request without its ALL_HEADERS.</summary>
    internal ReadOnlySpan<byte> Body => Payload.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(Payload));

    /// <summary>Reads the next message; <see langword="null"/> when the client has hung up.</summary>
    internal static async Task<TdsMessage?> ReadAsync(Stream stream)
    {
        using var payload = new MemoryStream();
        var header = new byte[HeaderLength];
        var resets = false;
        do
        {
            if (await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
            {
                return null;
            }

            var packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - HeaderLength];
            await stream.ReadExactlyAsync(packet);
            payload.Write(packet);
            resets |= (header[1] & ResetBit) != 0;
        }
        while ((header[1] & LastPacket) == 0);
        return new TdsMessage((TdsMessageKind)header[0], resets, payload.ToArray());
    }
}
