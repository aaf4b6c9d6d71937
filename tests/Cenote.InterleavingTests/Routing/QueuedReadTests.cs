using Cenote.InterleavingTests.Desk;
using Cenote.Leasing;
using Cenote.Providers;
using Cenote.ReadReplicas.Routing;

namespace Cenote.InterleavingTests.Routing;

/// <summary>A read that waits at one replica, and the connections of others that become idle meanwhile.</summary>
internal static class QueuedReadTests
{
    [Interleaving]
    public static void An_idle_connection_is_not_missed_by_a_caller_that_waits_elsewhere()
    {
        var desk = new TestDesk(1);
        var lease = desk.Rent();
        Threads.Run(
            () => lease.Dispose(),
            () => _ = desk.Desk.WhenIdleAsync(CancellationToken.None));
        Check.That(!desk.Desk.Attention.HasAny(Attention.Wanted), "a connection is idle, and the caller elsewhere still waits");
    }

    [Interleaving]
    public static void A_caller_of_the_pool_is_served_before_one_that_waits_elsewhere()
    {
        var desk = new TestDesk(1);
        var lease = desk.Rent();
        Threads.Run(
            () => lease.Dispose(),
            () => _ = desk.Desk.WhenIdleAsync(CancellationToken.None),
            () =>
            {
                var waiter = desk.Enqueue(blocks: true);
                waiter.WaitBlocking().Dispose();
            });
        Check.That(!desk.Desk.Attention.HasAny(Attention.Wanted | Attention.Waiting), "a connection is idle, and a caller still waits");
    }

    [Interleaving]
    public static void A_connection_that_is_given_is_used_or_returned()
    {
        var desk = new TestDesk(2);
        var queue = new ReadQueue(3);
        var read = NewRead();
        var begun = queue.Enter(read);
        var (first, second) = (desk.Rent(), desk.Rent());
        ConnectionLease got = default;
        Threads.Run(
            () => Give(queue, read, first),
            () => Give(queue, read, second),
            () => got = queue.Leave(read));
        Check.That(desk.Desk.Count().Leased == (got.IsActive ? 1 : 0), "a connection was lost, or has no holder");
        Check.That(begun.TrueForAll(static watch => watch.Ended.IsCancellationRequested), "a server is watched for nothing");
    }

    [Interleaving]
    public static void Servers_are_watched_while_reads_want_them_and_not_longer()
    {
        var queue = new ReadQueue(3);
        List<IdleWatch> first = [];
        List<IdleWatch> second = [];
        Threads.Run(() => EnterAndLeave(queue, first), () => EnterAndLeave(queue, second));
        Check.That(first.Count + second.Count >= 2, "a server was not watched");
        Check.That(first.Concat(second).All(static watch => watch.Ended.IsCancellationRequested), "a server is watched for nothing");
    }

    private static WaitingRead NewRead() => new(default, ExecutionContext.Capture()!, [NewServer("two", 1), NewServer("three", 2)], static _ => true);

    private static ReplicaSetServer NewServer(string name, int ordinal) => new(name, ordinal, pool: null!, weight: 1, ServerRole.Replica, ownsPool: false);

    private static void Give(ReadQueue queue, WaitingRead read, ConnectionLease lease)
    {
        if (!queue.TryGive(read, read.Elsewhere[0], in lease))
        {
            lease.Dispose();
        }
    }

    private static void EnterAndLeave(ReadQueue queue, List<IdleWatch> begun)
    {
        var read = NewRead();
        begun.AddRange(queue.Enter(read));
        Check.That(queue.FindFor(read.Elsewhere[0]).Contains(read), "a read that waits is not found");
        queue.Leave(read);
    }
}
