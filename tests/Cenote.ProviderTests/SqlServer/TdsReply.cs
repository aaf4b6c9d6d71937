using System.Buffers.Binary;
using System.Text;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>Writes the tokens of a server's answer (MS-TDS 2.2.7).</summary>
internal sealed class TdsReply
{
    private const int DoneError = 0x02;
    private const int DoneCount = 0x10;
    private const int DoneAttention = 0x20;
    private const int ResetAcknowledged = 18;

    private readonly List<byte> _tokens = [];

    internal TdsReply LoginAccepted(string database) => DatabaseChanged(database)
        .Token(0xE3, body => body.AddRange([7, 5, 0x09, 0x04, 0xD0, 0x00, 0x34, 0])) // The collation, for parameters.
        .Token(0xAD, body =>
        {
            body.Add(1);
            body.AddRange([0x74, 0, 0, 4]);
            Short(body, "Microsoft SQL Server");
            body.AddRange([16, 0, 0x10, 0x00]);
        });

    internal TdsReply DatabaseChanged(string database) => Token(0xE3, body =>
    {
        body.Add(1);
        Short(body, database);
        Short(body, "");
    });

    internal TdsReply ResetDone() => Token(0xE3, body => body.AddRange([ResetAcknowledged, 0, 0]));

    /// <summary>A transaction begins (8), or ends by commit (9) or rollback (10).</summary>
    internal TdsReply TransactionChanged(byte what, ulong transaction) => Token(0xE3, body =>
    {
        Span<byte> descriptor = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor, transaction);
        body.Add(what);
        if (what != 8)
        {
            body.Add(0);
        }

        body.Add(8);
        body.AddRange(descriptor);
        if (what == 8)
        {
            body.Add(0);
        }
    });

    internal TdsReply Error(int number, int severity, string message) => Token(0xAA, body =>
    {
        Int(body, number);
        body.Add(1);
        body.Add((byte)severity);
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)message.Length);
        body.AddRange(length);
        body.AddRange(Encoding.Unicode.GetBytes(message));
        Short(body, "scripted");
        Short(body, "");
        Int(body, 1);
    });

    /// <summary>One column without a name, and a row for each value.</summary>
    internal TdsReply Rows(params int[] values)
    {
        _tokens.Add(0x81);
        _tokens.AddRange([1, 0, 0, 0, 0, 0, 1, 0, 0x26, 4, 0]);
        foreach (var value in values)
        {
            _tokens.AddRange([0xD1, 4]);
            Int(_tokens, value);
        }

        return this;
    }

    internal TdsReply Done(long rows = 0, bool failed = false) => Done((failed ? DoneError : 0) | (rows > 0 ? DoneCount : 0), rows);

    internal TdsReply AttentionDone() => Done(DoneAttention, 0);

    /// <summary>As one packet, which every answer here fits into.</summary>
    internal byte[] ToPacket(bool isLast = true) => Packet([.. _tokens], isLast);

    internal static byte[] Packet(byte[] payload, bool isLast = true)
    {
        var packet = new byte[8 + payload.Length];
        packet[0] = (byte)TdsMessageKind.Reply;
        packet[1] = isLast ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[6] = 1;
        payload.CopyTo(packet, 8);
        return packet;
    }

    private TdsReply Done(int status, long rows)
    {
        Span<byte> token = stackalloc byte[13];
        token.Clear();
        token[0] = 0xFD;
        BinaryPrimitives.WriteUInt16LittleEndian(token[1..], (ushort)status);
        BinaryPrimitives.WriteInt64LittleEndian(token[5..], rows);
        _tokens.AddRange(token);
        return this;
    }

    private TdsReply Token(byte kind, Action<List<byte>> write)
    {
        List<byte> body = [];
        write(body);
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)body.Count);
        _tokens.Add(kind);
        _tokens.AddRange(length);
        _tokens.AddRange(body);
        return this;
    }

    private static void Int(List<byte> body, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        body.AddRange(bytes);
    }

    private static void Short(List<byte> body, string text)
    {
        body.Add((byte)text.Length);
        body.AddRange(Encoding.Unicode.GetBytes(text));
    }
}
