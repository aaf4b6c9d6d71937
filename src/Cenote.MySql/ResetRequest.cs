using System.Text;

namespace Cenote.MySql;

/// <summary>The commands that reset a session, for one write.</summary>
/// <param name="Packets">The commands.</param>
/// <param name="Answers">The number of their answers, each of one packet.</param>
internal readonly record struct ResetRequest(byte[] Packets, int Answers)
{
    private const byte ResetConnection = 0x1F;
    private const byte Query = 0x03;

    /// <summary>Makes the request of a reset and of the statements that restore what it changes.</summary>
    /// <param name="statements">Statements without a result.</param>
    /// <param name="takesAttributes">Whether the server expects the number of attributes with each query.</param>
    internal static ResetRequest Of(IEnumerable<string?> statements, bool takesAttributes)
    {
        List<byte[]> commands = [[ResetConnection]];
        foreach (var statement in statements)
        {
            if (statement is not null)
            {
                // No attributes, in one set.
                commands.Add([Query, .. takesAttributes ? (ReadOnlySpan<byte>)[0, 1] : [], .. Encoding.UTF8.GetBytes(statement)]);
            }
        }

        return new ResetRequest(
            [.. commands.SelectMany(static command => (byte[])[(byte)command.Length, (byte)(command.Length >> 8), 0, 0, .. command])], commands.Count);
    }
}
