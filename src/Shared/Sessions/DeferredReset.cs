namespace Cenote.Shared.Sessions;

/// <summary>
/// The reset of a session that is kept until the next packet to the server. The holder's first command takes it along,
/// or another thread sends it before. The holder's packet then waits until it is sent.
/// </summary>
/// <param name="inner">The stream to the server.</param>
internal sealed class DeferredReset(Stream inner)
{
    // A larger packet is sent after the reset instead of with it.
    private const int Size = 1024;

    private readonly object _gate = new();
    private byte[]? _packet;
    private int _length;
    private Exception? _failure;

    /// <summary>
    /// Gets whether nothing is kept. A reset that another thread is sending is kept until it is sent.
    /// </summary>
    internal bool IsEmpty => Volatile.Read(ref _length) == 0;

    /// <summary>Keeps a reset, behind one that is kept already.</summary>
    internal void Keep(ReadOnlySpan<byte> reset)
    {
        lock (_gate)
        {
            _packet ??= new byte[Size];
            if (_length + reset.Length > Size)
            {
                Write(_packet.AsSpan(0, _length));
                Write(reset);
                Volatile.Write(ref _length, 0);
                return;
            }

            reset.CopyTo(_packet.AsSpan(_length));
            Volatile.Write(ref _length, _length + reset.Length);
        }
    }

    /// <summary>Sends the reset that is kept, if there is one.</summary>
    internal void Send()
    {
        if (IsEmpty)
        {
            return;
        }

        lock (_gate)
        {
            if (_length > 0)
            {
                Write(_packet.AsSpan(0, _length));
                Volatile.Write(ref _length, 0);
            }
        }
    }

    /// <summary>Returns the kept reset with a packet behind it, to be sent instead of the packet.</summary>
    /// <returns>An empty memory when the packet must be sent as it is, because the reset has been sent.</returns>
    internal ReadOnlyMemory<byte> Join(ReadOnlySpan<byte> packet)
    {
        lock (_gate)
        {
            if (_length == 0)
            {
                return default;
            }

            ThrowIfFailed();
            var length = _length + packet.Length;
            if (length > Size)
            {
                Write(_packet.AsSpan(0, _length));
                Volatile.Write(ref _length, 0);
                return default;
            }

            packet.CopyTo(_packet.AsSpan(_length));
            Volatile.Write(ref _length, 0);
            return _packet.AsMemory(0, length);
        }
    }

    /// <summary>
    /// Throws if a reset could not be sent. Part of it may have been sent, so nothing may follow it.
    /// </summary>
    /// <exception cref="IOException">It could not be sent.</exception>
    internal void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw new IOException("The session was lost before it could be reset.", failure);
        }
    }

    private void Write(ReadOnlySpan<byte> data)
    {
        ThrowIfFailed();
        try
        {
            inner.Write(data);
            inner.Flush();
        }
        catch (Exception exception)
        {
            _failure = exception;
            throw;
        }
    }
}
