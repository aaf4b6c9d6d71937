using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Cenote.ReadReplicas.CausalReads;

/// <summary>
/// The text of tokens: <c>c1.PAYLOAD</c>, or <c>c1.PAYLOAD.MAC</c> where there are keys, both Base64Url; the payload is
/// the database system, the identity of its data and the position, separated by line feeds. The MAC is HMAC-SHA-256
/// (RFC 2104) over all that stands before it.
/// </summary>
internal sealed class TokenText(string setName, IReadOnlyList<byte[]> keys)
{
    /// <summary>
    /// The maximum length of a text. It fits the transactions of a thousand servers and bounds hostile input.
    /// </summary>
    internal const int Longest = 64 * 1024;

    private const string Prefix = "c1.";

    internal string Write(CausalToken token)
    {
        var payload = Encoding.UTF8.GetBytes($"{token.DatabaseSystem}\n{token.ClusterId}\n{token.Position}");
        var text = Prefix + Base64Url.EncodeToString(payload);
        return keys.Count == 0 ? text : text + "." + Base64Url.EncodeToString(Sign(keys[0], text));
    }

    /// <summary>Reads the three parts of the payload of an untrusted text.</summary>
    /// <exception cref="CausalTokenException">The text is not a token, or not signed with a key of the set.</exception>
    internal (string DatabaseSystem, string? DataId, string Position) Read(string text)
    {
        if (text.Length > Longest || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw Malformed();
        }

        var parts = text.Split('.');
        if (parts.Length is not (2 or 3))
        {
            throw Malformed();
        }

        Verify(parts);
        var fields = Decode(parts[1]).Split('\n');
        return fields is [{ Length: > 0 } system, var data, { Length: > 0 } position]
            ? (system, data.Length == 0 ? null : data, position)
            : throw Malformed();
    }

    private void Verify(string[] parts)
    {
        if (keys.Count == 0)
        {
            if (parts.Length == 3)
            {
                throw new CausalTokenException(
                    setName, CausalTokenProblem.InvalidSignature, $"The token is signed, but set '{setName}' has no key to verify it: give every process the same ReplicaSetOptions.TokenSigningKeys.");
            }

            return;
        }

        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (parts.Length != 3 || !Base64Url.IsValid(parts[2]) || !Base64Url.TryDecodeFromChars(parts[2], given, out var length) || length != given.Length)
        {
            throw InvalidSignature();
        }

        var signed = Prefix + parts[1];
        foreach (var key in keys)
        {
            if (CryptographicOperations.FixedTimeEquals(given, Sign(key, signed)))
            {
                return;
            }
        }

        throw InvalidSignature();
    }

    private string Decode(string part)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(part));
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw Malformed();
        }
    }

    private static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    internal CausalTokenException Malformed(Exception? cause = null) => new(
        setName, CausalTokenProblem.Malformed, $"The text is not a causal token of set '{setName}'. It is not shown, because it is untrusted. Use the whole text that CausalToken.ToString() returned.", cause);

    private CausalTokenException InvalidSignature() => new(
        setName, CausalTokenProblem.InvalidSignature, $"The token is not signed with a key of set '{setName}': it was made up or changed, or comes from a process with other ReplicaSetOptions.TokenSigningKeys.");
}
