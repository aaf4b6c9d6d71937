using System.Threading.Channels;

namespace Cenote.LoadBench.Sides;

/// <summary>
/// The pool that a .NET developer writes in ten lines: connections in a channel. Waiting callers are served in their
/// order, and none of them waits longer than the timeout.
/// </summary>
internal sealed class ChannelPool<T>
{
    private readonly Channel<T> _idle = Channel.CreateUnbounded<T>();
    private readonly TimeSpan _timeout;

    internal ChannelPool(IEnumerable<T> connections, TimeSpan timeout)
    {
        _timeout = timeout;
        foreach (var connection in connections)
        {
            _idle.Writer.TryWrite(connection);
        }
    }

    internal ValueTask<T> RentAsync(CancellationToken cancellationToken) =>
        _idle.Reader.TryRead(out var connection) ? new(connection) : WaitAsync(_timeout, cancellationToken);

    internal ValueTask<T> RentAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _idle.Reader.TryRead(out var connection) ? new(connection) : WaitAsync(timeout, cancellationToken);

    internal void Return(T connection) => _idle.Writer.TryWrite(connection);

    private async ValueTask<T> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var end = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : new CancellationTokenSource();
        end.CancelAfter(timeout);
        try
        {
            return await _idle.Reader.ReadAsync(end.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No connection was returned within {timeout}.", exception);
        }
    }
}
