namespace Cenote.PostgreSql;

/// <summary>
/// The way of a session's packets to the server. Keeps a reset until the next packet, or until it is sent alone. Npgsql
/// reads past it.
/// </summary>
internal sealed class DeferringStream(Stream inner) : ForwardingStream(inner)
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
        Inner.Write(joined.IsEmpty ? buffer : joined.Span);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var joined = _deferred.IsEmpty ? default : _deferred.Join(buffer.Span);
        return Inner.WriteAsync(joined.IsEmpty ? buffer : joined, cancellationToken);
    }
}
