using System.Data.Common;
using System.Threading.Channels;

namespace Cenote.ReadReplicasTests;

/// <summary>The provider of a stub server that can wait for a position: a test ends each wait.</summary>
internal sealed class WaitingProvider(StubDatabase database) : StubProvider(database), IReplicationPositionWaiter
{
    private readonly Channel<ServerWait> _begun = Channel.CreateUnbounded<ServerWait>();
    private int _active;
    private int _count;

    /// <summary>Gets the number of waits so far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Returns the next wait that begins.</summary>
    public Task<ServerWait> NextAsync() => _begun.Reader.ReadAsync(RunningTest.Stop).AsTask().Soon();

    /// <summary>Ends the waits that no test has asked for, each with its position.</summary>
    public void EndAll()
    {
        while (_begun.Reader.TryRead(out var wait))
        {
            wait.End(((StubPosition)wait.Position).Number);
        }
    }

    public async ValueTask<ReplicationPosition?> WaitForPositionAsync(DbConnection connection, ReplicationPosition position, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _active) > 1)
        {
            StubDatabase.Violate("two waits at once");
        }

        Interlocked.Increment(ref _count);
        var wait = new ServerWait(position, timeout);
        _begun.Writer.TryWrite(wait);
        try
        {
            return await wait.Answer.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _active);
        }
    }

    /// <summary>A wait in progress.</summary>
    internal sealed record ServerWait(ReplicationPosition Position, TimeSpan Timeout)
    {
        internal TaskCompletionSource<ReplicationPosition?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void End(long position) => Answer.SetResult(new StubPosition(position));
    }
}
