using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Cenote.MySql;

/// <summary>
/// The connection of a session to the server. Sends the reset of a session at once and does not wait: its answers are
/// read, and checked, when the next command reads its own. Reads from the server's answers whether a transaction is
/// open, which the driver does not keep.
/// </summary>
/// <remarks>As the driver's own connection, used by one call at a time.</remarks>
internal sealed class PipelinedStream(Stream inner, Socket socket) : ForwardingStream(inner)
{
    // The commands whose answer ends in a packet with the status of the session. The answer to a preparation has
    // another form, in which numbers of the statement may look like a status.
    private const byte InitDatabase = 0x02;
    private const byte Query = 0x03;
    private const byte Execute = 0x17;

    // The commands without an answer.
    private const byte SendLongData = 0x18;
    private const byte CloseStatement = 0x19;

    private PacketScanner _scanner;
    private int _owed;
    private bool _isUnused;
    private bool _hadWarnings;
    private byte _command;
    private bool _isAnswered = true;
    private readonly DeferredReset _deferred = new(inner);

    /// <summary>
    /// Gets whether the socket was used asynchronously. .NET then wakes two more threads for each answer that a
    /// blocking call waits for, as long as the socket lives.
    /// </summary>
    internal bool WasAwaited { get; set; }

    /// <summary>
    /// Gets or sets whether a reset may be refused, as by a proxy that does not know it. Otherwise a refusal ends the
    /// connection.
    /// </summary>
    internal bool IsOnTrial { get; set; }

    /// <inheritdoc cref="PeerState.HasClosed"/>
    internal bool HasPeerClosed => PeerState.HasClosed(socket);

    /// <summary>Gets whether a reset was refused on trial.</summary>
    internal bool WasRefused { get; private set; }

    /// <summary>Gets whether the last command may have left a transaction open.</summary>
    internal bool MayBeInTransaction =>
        !_isUnused && (_owed > 0 || !_isAnswered || _command is not (Query or Execute or InitDatabase) || !_scanner.ShowsNoTransaction());

    /// <summary>
    /// Gets whether a command since the last reset may have left warnings. The server keeps them over later statements
    /// that use no table.
    /// </summary>
    internal bool MayHaveWarnings => !_isUnused && (_hadWarnings || !_scanner.ShowsNoWarnings());

    /// <summary>Gets whether the last answer shows an open transaction.</summary>
    internal bool ShowsTransaction => _owed == 0 && _isAnswered && _command == Query && _scanner.ShowsTransaction();

    /// <summary>Sends the reset, unless no command was sent since the last one.</summary>
    /// <param name="request">The commands.</param>
    /// <param name="defers">Whether the reset is sent with the next command, or by <see cref="SendDeferred"/>.</param>
    /// <exception cref="IOException">The server has closed the connection.</exception>
    /// <exception cref="InvalidOperationException">A command has no answer yet: the holder may still use the
    /// connection, which the driver would have checked.</exception>
    internal void SendReset(in ResetRequest request, bool defers = false)
    {
        if (_isUnused)
        {
            if (defers)
            {
                _deferred.ThrowIfFailed();
            }
            else
            {
                SendDeferred();
            }

            return;
        }

        if (!_isAnswered)
        {
            throw new InvalidOperationException("A command of the lease has no answer yet.");
        }

        // A server sends nothing unasked, so this is the end of the connection. In a TLS session it would be an alert.
        if (_owed == 0 && socket.Poll(0, SelectMode.SelectRead))
        {
            throw new IOException("The session was lost before it could be reset.");
        }

        _owed += request.Answers;
        _isUnused = true;
        if (defers)
        {
            _deferred.Keep(request.Packets);
            return;
        }

        Inner.Write(request.Packets);
        Inner.Flush();
    }

    /// <summary>Gets whether a reset was deferred, and neither a command nor another thread has sent it.</summary>
    internal bool HasDeferred => !_deferred.IsEmpty;

    /// <summary>Sends a reset that was deferred and not sent since. Any thread may call it at any time.</summary>
    internal void SendDeferred() => _deferred.Send();

    /// <summary>Reads the answers of the last reset.</summary>
    /// <param name="timeout">The timeout of each read, as of the driver's own reset. Otherwise the one of the driver's
    /// last read would apply.</param>
    internal void ReadAnswers(TimeSpan timeout)
    {
        var before = Inner.CanTimeout ? Inner.ReadTimeout : Timeout.Infinite;
        if (Inner.CanTimeout)
        {
            Inner.ReadTimeout = timeout == Timeout.InfiniteTimeSpan ? Timeout.Infinite : (int)Math.Clamp(timeout.TotalMilliseconds, 1, int.MaxValue);
        }

        Span<byte> buffer = stackalloc byte[256];
        while (_owed > 0)
        {
            var read = Inner.Read(buffer);
            ThrowUnlessAnswer(read, TakeAnswers(buffer[..read]));
        }

        if (Inner.CanTimeout)
        {
            Inner.ReadTimeout = before;
        }
    }

    /// <summary>Reads the answers of the last reset.</summary>
    internal async ValueTask ReadAnswersAsync(CancellationToken cancellationToken)
    {
        WasAwaited = true;
        var buffer = new byte[256];
        while (_owed > 0)
        {
            var read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            ThrowUnlessAnswer(read, TakeAnswers(buffer.AsSpan(0, read)));
        }
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var read = Inner.Read(buffer);
            var left = TakeAnswers(buffer[..read]);
            if (left > 0 || read == 0)
            {
                return left;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        WasAwaited = true;
        while (true)
        {
            var read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            var left = TakeAnswers(buffer.Span[..read]);
            if (left > 0 || read == 0)
            {
                return left;
            }
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        RecordCommand(buffer);
        var joined = _deferred.IsEmpty ? default : _deferred.Join(buffer);
        Inner.Write(joined.IsEmpty ? buffer : joined.Span);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        WasAwaited = true;
        RecordCommand(buffer.Span);
        var joined = _deferred.IsEmpty ? default : _deferred.Join(buffer.Span);
        return Inner.WriteAsync(joined.IsEmpty ? buffer : joined, cancellationToken);
    }

    // The driver writes a packet and its header at once. The first packet of a command has the number 0.
    private void RecordCommand(ReadOnlySpan<byte> packet)
    {
        if (packet.Length > 4 && packet[3] == 0)
        {
            _hadWarnings = MayHaveWarnings;
        }

        _isUnused = false;
        if (packet.Length > 4 && packet[3] == 0)
        {
            _command = packet[4];
            _isAnswered &= _command is SendLongData or CloseStatement;
        }
    }

    /// <summary>
    /// Moves over what has arrived, and takes the answers of the reset out of it: the rest moves to the front.
    /// </summary>
    /// <returns>The length of the rest.</returns>
    private int TakeAnswers(Span<byte> data)
    {
        var at = 0;
        while (_owed > 0 && at < data.Length)
        {
            at += _scanner.Skip(data[at..]);
            if (!_scanner.IsBetweenPackets)
            {
                break;
            }

            if (!_scanner.IsOk && IsOnTrial)
            {
                WasRefused = true;
            }
            else if (!_scanner.IsOk)
            {
                // The command of the holder runs in a session that was not reset. Its answer must not arrive.
                Inner.Dispose();
                throw new IOException($"The server did not reset the session (error {_scanner.Error}).");
            }

            _owed--;
        }

        var rest = data[at..];
        for (var seen = 0; seen < rest.Length;)
        {
            seen += _scanner.Skip(rest[seen..]);
            _isAnswered = true;
        }

        if (at > 0)
        {
            rest.CopyTo(data);
        }

        return rest.Length;
    }

    private static void ThrowUnlessAnswer(int read, int rest)
    {
        if (read == 0 || rest > 0)
        {
            throw new IOException("The session was lost while it was reset.");
        }
    }
}
