using System.Buffers.Binary;
using System.Text;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>What a LOGIN7 message says of the client (MS-TDS 2.2.6.4).</summary>
internal sealed record TdsLogin(string Host, string User, string Password, string Application, string Database)
{
    internal static TdsLogin Read(byte[] payload) => new(
        Field(payload, 36), Field(payload, 40), Clear(Field(payload, 44)), Field(payload, 48), Field(payload, 68));

    private static string Field(byte[] payload, int at)
    {
        var offset = BinaryPrimitives.ReadUInt16LittleEndian(payload.AsSpan(at));
        var characters = BinaryPrimitives.ReadUInt16LittleEndian(payload.AsSpan(at + 2));
        return Encoding.Unicode.GetString(payload, offset, characters * 2);
    }

    // Passwords are disguised: the halves of each byte swapped, then every other bit turned.
    private static string Clear(string disguised)
    {
        var bytes = Encoding.Unicode.GetBytes(disguised);
        for (var i = 0; i < bytes.Length; i++)
        {
            var turned = bytes[i] ^ 0xA5;
            bytes[i] = (byte)((turned << 4) | (turned >> 4));
        }

        return Encoding.Unicode.GetString(bytes);
    }
}
