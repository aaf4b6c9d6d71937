using Cenote.InterleavingTests.Desk;
using Cenote.SharedBudget.Grants;

namespace Cenote.InterleavingTests.Sharing;

/// <summary>
/// The life of a grant between two instances: asked for, used, offered, expired and counted. The sessions of both are
/// never more than the budget.
/// </summary>
internal static class GrantLifeTests
{
    private const int Budget = 7;

    // The first has all but what is guaranteed to the second, less its own session.
    private const int Most = Budget - 2 - 1;

    private static readonly TimeSpan AfterTheEnd = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(400);

    [Interleaving]
    public static void A_share_moves_when_it_is_offered()
    {
        var (_, _, first, second) = NewInstances();
        Crowd? crowd = null;
        Threads.Run(
            () => Use(first, second),
            () => Renew(first, first, second),
            () =>
            {
                crowd = new Crowd(second.Desk, Most);
                Renew(second, first, second);
            });
        CheckMoved(first, second, crowd!);
    }

    [Interleaving]
    public static void A_share_in_use_moves_when_it_is_returned()
    {
        var (_, _, first, second) = NewInstances();
        var users = new Crowd(first.Desk, Most);
        var crowd = new Crowd(second.Desk, Most);
        Threads.Run(
            users.Leave,
            () =>
            {
                Renew(first, first, second);
                Renew(first, first, second);
            },
            () => Renew(second, first, second));
        CheckMoved(first, second, crowd);
    }

    [Interleaving]
    public static void A_grant_that_ends_while_connections_open_is_not_given_twice()
    {
        var (clock, _, first, second) = NewInstances();
        first.Desk.Desk.RetireAll(CloseReason.Retired);
        var users = new Crowd(first.Desk, 0);
        var crowd = new Crowd(second.Desk, Most);
        Threads.Run(
            () => users = new Crowd(first.Desk, Most),
            () =>
            {
                clock.Advance(AfterTheEnd);
                second.Renew();
                for (var step = 0; step < 3; step++)
                {
                    // Without a silence, in which the first could not renew either.
                    clock.Advance(Step);
                    second.Renew();
                }

                second.RenewAndCount(first);
                CheckSum(first, second);
            });
        CheckSum(first, second);

        // All that the first has not opened, and cannot be opening.
        Check.That(
            second.Sessions >= Math.Min(Most + 1, Budget - first.Sessions - 2), $"the second has {second.Sessions} and the first {first.Sessions}, though nothing renews its grant");
        users.Leave();
        crowd.Leave();
        CheckServed(first, second);
    }

    [Interleaving]
    public static void A_store_that_has_lost_everything_gives_nothing_twice()
    {
        var (_, store, first, second) = NewInstances();
        Crowd? crowd = null;
        Threads.Run(
            () => Use(first, second),
            store.Restart,
            () =>
            {
                crowd = new Crowd(second.Desk, Most);
                Renew(second, first, second);
            },
            () => Renew(first, first, second));
        CheckSum(first, second);
        crowd!.Leave();
        CheckServed(first, second);
    }

    /// <summary>The first has been granted all but what is guaranteed to the second, and has it idle.</summary>
    private static (StillClock Clock, MemoryStore Store, SharingInstance First, SharingInstance Second) NewInstances()
    {
        var clock = new StillClock();
        var store = new MemoryStore(clock);
        var settings = new GrantSettings { MaxConnections = Budget, Instances = 2, Guaranteed = 2, TimeToLive = 1000, Hidden = 2 };

        // Of equal parts, the one that is left goes to the first in the alphabet.
        var first = new SharingInstance("b", store, settings, clock);
        var second = new SharingInstance("a", store, settings, clock);
        var crowd = new Crowd(first.Desk, Most);
        var answer = first.Renew();

        // A new table lets nothing grow until all sessions were counted.
        Check.That(answer.NeedsCensus && first.Grant.Read() == 0, "a table without a history gave something");
        first.Renew(new GrantCensus { Epoch = answer.Epoch, Expired = [], Counted = [new CountedInstance("", "a", 1), new CountedInstance("", "b", 1)] });
        second.Renew();
        first.Renew();
        Check.That(crowd.Served == Most, $"the first has {crowd.Served} connections");
        crowd.Leave();
        return (clock, store, first, second);
    }

    private static void Renew(SharingInstance instance, SharingInstance first, SharingInstance second)
    {
        instance.Renew();
        CheckSum(first, second);
    }

    private static void Use(SharingInstance instance, SharingInstance other)
    {
        var one = instance.Desk.Rent();
        CheckSum(instance, other);
        one.Dispose();
    }

    private static void CheckSum(SharingInstance first, SharingInstance second) =>
        Check.That(first.Sessions + second.Sessions <= Budget, $"{first.Sessions} and {second.Sessions} sessions of {Budget}");

    /// <summary>At rest: after each has renewed, the second has half of the budget.</summary>
    private static void CheckMoved(SharingInstance first, SharingInstance second, Crowd crowd)
    {
        CheckSum(first, second);
        Renew(second, first, second);
        Renew(first, first, second);
        Renew(first, first, second);
        Renew(second, first, second);
        Check.That(crowd.Served == 3, $"the second has {crowd.Served} connections");
        crowd.Leave();
        CheckServed(first, second);
    }

    /// <summary>At rest both are served.</summary>
    private static void CheckServed(SharingInstance first, SharingInstance second)
    {
        CheckSum(first, second);
        Renew(first, first, second);
        Renew(second, first, second);
        Use(first, second);
        Use(second, first);
    }
}
