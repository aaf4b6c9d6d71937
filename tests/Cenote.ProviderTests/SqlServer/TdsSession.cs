using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>One session: what a client did to it, and what it answers.</summary>
internal sealed class TdsSession(TdsServer server, TcpClient client, int id)
{
    private const int ReadCommitted = 2;

    private readonly NetworkStream _stream = client.GetStream();
    private string _database = "";
    private bool _isImpersonated;
    private ulong _transaction;
    private int _isolation = ReadCommitted;
    private int _variable;

    internal int Id => id;

    internal bool IsLoggedIn { get; private set; }

    /// <summary>How many requests said that the session be reset first.</summary>
    internal int Resets { get; private set; }

    internal bool IsInTransaction => _transaction != 0;

    /// <summary>Whether a statement runs that only an attention ends.</summary>
    internal bool IsBusy { get; private set; }

    internal ConcurrentQueue<string> Statements { get; } = new();

    /// <summary>The calls of procedures, which are not understood, as they came.</summary>
    internal ConcurrentQueue<byte[]> Calls { get; } = new();

    internal void Drop() => client.Dispose();

    internal async Task RunAsync()
    {
        try
        {
            while (await TdsMessage.ReadAsync(_stream) is { } message)
            {
                if (server.IsSilent)
                {
                    continue;
                }

                await AnswerAsync(message);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
        }
        finally
        {
            server.Remove(this);
            Drop();
        }
    }

    private async Task AnswerAsync(TdsMessage message)
    {
        switch (message.Kind)
        {
            case TdsMessageKind.PreLogin:
                // VERSION, ENCRYPTION: not supported, so that everything goes in the clear.
                await _stream.WriteAsync(TdsReply.Packet([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 16, 0, 0x10, 0, 0, 0, 2]));
                break;
            case TdsMessageKind.Login:
                await LogInAsync(TdsLogin.Read(message.Payload));
                break;
            case TdsMessageKind.Attention:
                IsBusy = false;
                await SendAsync(new TdsReply().AttentionDone());
                break;
            default:
                await ExecuteAsync(message);
                break;
        }
    }

    private async Task LogInAsync(TdsLogin login)
    {
        server.Logins.Enqueue(login);
        if (server.Refuse(login) is var (number, severity))
        {
            await SendAsync(new TdsReply().Error(number, severity, $"Login failed for user '{login.User}'.").Done(failed: true));
            Drop();
            return;
        }

        _database = login.Database;

        // Before the client can know.
        IsLoggedIn = true;
        await SendAsync(new TdsReply().LoginAccepted(_database).Done());
    }

    private async Task ExecuteAsync(TdsMessage message)
    {
        var reply = new TdsReply();
        if (message.ResetsConnection)
        {
            if (_isImpersonated)
            {
                // "The connection has been dropped because the principal that opened it subsequently assumed a new
                // security context, and then tried to reset the connection under its impersonated security context."
                await SendAsync(reply.Error(18059, 20, "The connection has been dropped.").Done(failed: true));
                Drop();
                return;
            }

            Resets++;
            _variable = 0;
            _transaction = 0;
            reply.ResetDone();
        }

        if (message.Kind == TdsMessageKind.Transaction)
        {
            await SendAsync(ManageTransaction(message, reply).Done());
            return;
        }

        // Of a call only that it was made is understood.
        var text = message.Kind == TdsMessageKind.Batch ? message.Text : "SELECT 1";
        Statements.Enqueue(text);
        if (message.Kind != TdsMessageKind.Batch)
        {
            Calls.Enqueue(message.Body.ToArray());
        }

        if (Run(text, reply) is { } answer)
        {
            await SendAsync(answer);
        }
    }

    private TdsReply? Run(string text, TdsReply reply)
    {
        switch (text)
        {
            case "SELECT @@SPID":
                return reply.Rows(id).Done(1);
            case "SELECT @@TRANCOUNT":
                return reply.Rows(IsInTransaction ? 1 : 0).Done(1);
            case "SELECT ISOLATION":
                return reply.Rows(_isolation).Done(1);
            case "SELECT VARIABLE":
                return reply.Rows(_variable).Done(1);
            case "SELECT 1 UNION ALL SELECT 2":
                return reply.Rows(1, 2).Done(2);
            case "SET VARIABLE":
                _variable = 7;
                return reply.Done();
            case "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE":
                _isolation = 4;
                return reply.Done();
            case "SET TRANSACTION ISOLATION LEVEL READ COMMITTED" when server.IsolationRefusal is { } refusal:
                server.Refusals++;
                return reply.Error(refusal, 16, "Not now, or never.").Done(failed: true);
            case "SET TRANSACTION ISOLATION LEVEL READ COMMITTED":
                _isolation = ReadCommitted;
                return reply.Done();
            case "BEGIN TRANSACTION":
                _transaction = (ulong)id;
                return reply.TransactionChanged(8, _transaction).Done();
            case "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION":
                return RollBack(reply).Done();
            case "EXECUTE AS":
                _isImpersonated = true;
                return reply.Done();
            case "USE other":
                _database = "other";
                return reply.DatabaseChanged(_database).Done();
            case "WAITFOR":
                IsBusy = true;
                return null;
            case "DIE":
                Drop();
                return null;
            case ['F', 'A', 'I', 'L', ' ', .. var number]:
                var parts = number.Split(' ');
                return reply.Error(Number(parts[0]), Number(parts[1]), "The script says so.").Done(failed: true);
            default:
                return reply.Rows(1).Done(1);
        }
    }

    private TdsReply ManageTransaction(TdsMessage message, TdsReply reply)
    {
        var body = message.Body;
        switch (BinaryPrimitives.ReadUInt16LittleEndian(body))
        {
            case 5:
                _transaction = (ulong)id;
                _isolation = body[2] == 0 ? _isolation : body[2];
                return reply.TransactionChanged(8, _transaction);
            case 7:
                var committed = _transaction;
                _transaction = 0;
                return reply.TransactionChanged(9, committed);
            default:
                return RollBack(reply);
        }
    }

    private TdsReply RollBack(TdsReply reply)
    {
        var ended = _transaction;
        _transaction = 0;
        return ended == 0 ? reply : reply.TransactionChanged(10, ended);
    }

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private async Task SendAsync(TdsReply reply) => await _stream.WriteAsync(reply.ToPacket());
}
