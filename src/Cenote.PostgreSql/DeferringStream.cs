namespace Cenote.PostgreSql;

/// <summary>
/// The way of a session's packets to the server. Keeps a reset until the next packet, or until it is sent alone. Npgsql
/// reads past it.
/// </summary>
internal sealed class DeferringStream(Stream inner) : Stream
{
    private readonly DeferredReset _deferred = new(inner);

    /// <summary>Gets or sets whether what is written is kept. Only while no lease uses the session.</summary>
    internal bool IsKeeping { get; set; }

    /// <summary>Gets whether a reset is kept that was not sent.</summary>
    internal bool HasDeferred => !_deferred.IsEmpty;

    /// <summary>Sends the reset that is kept, if there is one. Any thread may call it at any time.</summary>
    internal void SendDeferred() => _deferred.Send();

    /// <inheritdoc cref="DeferredReset.ThrowIfFailed"/>
    internal void ThrowIfFailed() => _deferred.ThrowIfFailed();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (IsKeeping)
        {
            _deferred.Keep(buffer);
            return;
        }

        var joined = _deferred.IsEmpty ? default : _deferred.Join(buffer);
        inner.Write(joined.IsEmpty ? buffer : joined.Span);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var joined = _deferred.IsEmpty ? default : _deferred.Join(buffer.Span);
        return inner.WriteAsync(joined.IsEmpty ? buffer : joined, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override bool CanTimeout => inner.CanTimeout;

    public override int ReadTimeout
    {
        get => inner.ReadTimeout;
        set => inner.ReadTimeout = value;
    }

    public override int WriteTimeout
    {
        get => inner.WriteTimeout;
        set => inner.WriteTimeout = value;
    }

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
