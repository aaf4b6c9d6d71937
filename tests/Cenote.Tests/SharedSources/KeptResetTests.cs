using Cenote.Shared.Sessions;

namespace Cenote.Tests.SharedSources;

public sealed class KeptResetTests
{
    private static readonly byte[] Reset = [1, 2, 3];
    private static readonly byte[] Packet = [4, 5];

    [Fact]
    public void Packet_that_is_too_large_for_both_follows_the_reset()
    {
        using var server = new BlockableStream();
        var deferred = new DeferredReset(server);
        deferred.Keep(Reset);
        Assert.True(deferred.Join(new byte[5000]).IsEmpty);
        Assert.Equal(Reset, server.ToArray());
        Assert.True(deferred.IsEmpty);
    }

    [Fact]
    public void Parts_of_a_reset_are_kept_in_their_order()
    {
        using var server = new BlockableStream();
        var deferred = new DeferredReset(server);
        deferred.Keep(Reset);
        deferred.Keep(Packet);
        deferred.Send();
        Assert.Equal([.. Reset, .. Packet], server.ToArray());
        deferred.Keep(new byte[600]);
        deferred.Keep(new byte[600]);
        Assert.True(deferred.IsEmpty);
        Assert.Equal(Reset.Length + Packet.Length + 1200, server.Length);
    }

    [Fact]
    public async Task Packet_waits_until_another_thread_has_sent_the_reset()
    {
        using var server = new BlockableStream { IsBlocked = true };
        var deferred = new DeferredReset(server);
        deferred.Keep(Reset);
        var sending = Task.Run(deferred.Send, TestContext.Current.CancellationToken);
        await server.Entered.Task;

        // The reset is on its way, but not sent: the packet must not pass it.
        Assert.False(deferred.IsEmpty);
        var joining = Task.Run(() => deferred.Join(Packet).IsEmpty, TestContext.Current.CancellationToken);
        Assert.False(joining.IsCompleted);
        server.Release();
        await sending;
        Assert.True(await joining);
        Assert.Equal(Reset, server.ToArray());
    }

    [Fact]
    public void Nothing_follows_a_reset_that_was_not_sent()
    {
        using var server = new BlockableStream { Failure = new IOException("Lost.") };
        var deferred = new DeferredReset(server);
        deferred.Keep(Reset);
        Assert.Same(server.Failure, Assert.Throws<IOException>(deferred.Send));
        server.Failure = null;
        Assert.Throws<IOException>(deferred.Send);
        Assert.Throws<IOException>(deferred.ThrowIfFailed);
        Assert.False(deferred.IsEmpty);
        Assert.Throws<IOException>(() => { _ = deferred.Join(Packet); });
        Assert.Throws<IOException>(() => { _ = deferred.Join(new byte[5000]); });
        Assert.Equal(0, server.Length);
    }

    private sealed class BlockableStream : MemoryStream
    {
        private readonly ManualResetEventSlim _released = new();

        internal TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal bool IsBlocked { get; init; }

        internal Exception? Failure { get; set; }

        internal void Release() => _released.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            Entered.TrySetResult();
            if (IsBlocked)
            {
                _released.Wait();
            }

            base.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            _released.Dispose();
            base.Dispose(disposing);
        }
    }
}
