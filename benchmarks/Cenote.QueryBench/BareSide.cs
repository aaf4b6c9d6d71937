using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Npgsql;

namespace Cenote.QueryBench;

/// <summary>
/// PostgreSQL's protocol on bare sockets, without a driver or a pool: the cost of a reset in a packet of its own,
/// beside a reset in the packet of the next query. Its answer is read with that of the next query in both cases.
/// </summary>
internal sealed class BareSide : ISide
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;

    private static readonly byte[] QueryMessage = MessageOf(Statement.Text);
    private static readonly byte[] ResetMessage = MessageOf("DISCARD ALL");
    private static readonly byte[] ResetAndQuery = [.. ResetMessage, .. QueryMessage];

    private readonly bool _isApart;
    private readonly ConcurrentStack<(NpgsqlConnection Connection, Socket Socket, byte[] Buffer)> _idle = new();

    private BareSide(bool isApart) => _isApart = isApart;

    public string Name => _isApart ? "in a packet of its own" : "with the query";

    /// <summary>Connects both sides.</summary>
    internal static async Task<IReadOnlyList<ISide>> BothAsync(string connectionString)
    {
        BareSide[] sides = [new(isApart: false), new(isApart: true)];
        foreach (var side in sides)
        {
            for (var i = 0; i < Statement.Connections; i++)
            {
                await side.ConnectAsync(connectionString + ";Pooling=false");
            }
        }

        return sides;
    }

    public async ValueTask QueryAsync()
    {
        if (!_idle.TryPop(out var session))
        {
            throw new InvalidOperationException($"There are {Statement.Connections} connections.");
        }

        await session.Socket.SendAsync(_isApart ? QueryMessage : ResetAndQuery);
        await ReadAnswersAsync(session.Socket, session.Buffer, count: 2);
        if (_isApart)
        {
            await session.Socket.SendAsync(ResetMessage);
        }

        _idle.Push(session);
    }

    public void Query() => throw new NotSupportedException();

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryPop(out var session))
        {
            await session.Connection.DisposeAsync();
        }
    }

    // The driver logs in.
    private async Task ConnectAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var connector = typeof(NpgsqlConnection).GetProperty("Connector", Hidden)!.GetValue(connection)!;
        var socket = (Socket)connector.GetType().GetField("_socket", Hidden)!.GetValue(connector)!;
        if (_isApart)
        {
            await socket.SendAsync(ResetMessage);
        }

        _idle.Push((connection, socket, new byte[4096]));
    }

    // The answers are small, and each ends with ReadyForQuery, of which a query in these sessions has one form only.
    private static async ValueTask ReadAnswersAsync(Socket socket, byte[] buffer, int count)
    {
        var length = 0;
        while (buffer.AsSpan(0, length).Count("Z\0\0\0\u0005I"u8) < count)
        {
            length += await socket.ReceiveAsync(buffer.AsMemory(length));
        }
    }

    private static byte[] MessageOf(string text)
    {
        var message = new byte[1 + sizeof(int) + text.Length + 1];
        message[0] = (byte)'Q';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1);
        Encoding.ASCII.GetBytes(text, message.AsSpan(1 + sizeof(int)));
        return message;
    }
}
