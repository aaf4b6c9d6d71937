using Cenote.AdoNet;
using Cenote.InterleavingTests.Desk;

namespace Cenote.InterleavingTests.AdoNet;

/// <summary>
/// A session gate that is opened, used, closed and disposed of at once: one holder a session, each lease returned once.
/// </summary>
internal static class SessionGateTests
{
    [Interleaving]
    public static void A_lease_is_not_returned_under_a_call()
    {
        var desk = new TestDesk(size: 1);
        var connection = Opened(desk);
        Threads.Run(() => connection.Call(), connection.Close, desk.RentUseReturn);
        CheckReturned(desk, connection, 1);
    }

    [Interleaving]
    public static void The_last_of_several_calls_returns_the_lease()
    {
        var desk = new TestDesk(size: 1);
        var connection = Opened(desk);
        Threads.Run(() => CallTwice(connection), connection.Close, () => connection.Call(), desk.RentUseReturn);
        CheckReturned(desk, connection, 1);
    }

    [Interleaving]
    public static void Of_several_closings_one_returns_the_lease()
    {
        var desk = new TestDesk(size: 1);
        var connection = Opened(desk);
        Threads.Run(connection.Close, () => connection.Call(), connection.Close, connection.Dispose);
        CheckReturned(desk, connection, 1);
    }

    [Interleaving]
    public static void A_stale_call_never_reaches_the_lease_of_the_next_opening()
    {
        var desk = new TestDesk(size: 1);
        var connection = Opened(desk);
        var stale = connection.Lease;
        var reopened = 0;
        Threads.Run(
            () =>
            {
                connection.CallAs(stale);
                connection.CallAs(stale);
            },
            () =>
            {
                connection.Close();
                reopened = connection.Open() ? 1 : 0;
                Check.That(reopened == 0 || connection.Call(), "a call was refused while the connection was open");
                connection.Close();
            },
            desk.RentUseReturn);
        CheckReturned(desk, connection, 1 + reopened);
    }

    [Interleaving]
    public static void A_connection_disposed_of_while_it_opens_keeps_no_lease()
    {
        var desk = new TestDesk(size: 1);
        var connection = new GatedConnection(desk);
        Threads.Run(() => connection.Open(), connection.Dispose, () => connection.Call());
        Check.That(connection.Phase == ConnectionPhase.Closed, "the connection stayed open");
        Check.That(!connection.Open(), "a connection that was disposed of was opened");
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void Of_two_openings_one_rents()
    {
        var desk = new TestDesk(size: 2);
        var connection = new GatedConnection(desk);
        var opened = 0;
        Threads.Run(Open, Open, () => connection.Call());
        Check.That(opened == 1, $"opened {opened} times");
        connection.Close();
        CheckReturned(desk, connection, 1);

        void Open()
        {
            if (connection.Open())
            {
                Interlocked.Increment(ref opened);
            }
        }
    }

    [Interleaving]
    public static void A_connection_that_grows_while_it_opens_again_keeps_its_new_lease()
    {
        var desk = new TestDesk(size: 2);
        var connection = Opened(desk);
        var stale = connection.Lease;
        var other = desk.Rent();
        var reopened = 0;
        ConnectionDetails? grown = null;
        Threads.Run(
            () =>
            {
                connection.Close();
                reopened = connection.Open() ? 1 : 0;
                Check.That(reopened == 0 || connection.Call(), "a call was refused while the connection was open");
            },
            () => grown = connection.Grow(),
            () => connection.CallAs(stale),
            other.Dispose);
        Check.That(reopened == 0 || connection.Call(), "the connection has lost its new lease");
        Check.That(connection.Grow() == grown, "the opening has lost what another thread added");
        connection.Close();
        CheckReturned(desk, connection, 1 + reopened);
    }

    private static GatedConnection Opened(TestDesk desk)
    {
        var connection = new GatedConnection(desk);
        connection.Open();
        return connection;
    }

    private static void CallTwice(GatedConnection connection)
    {
        connection.Call();
        connection.Call();
    }

    private static void CheckReturned(TestDesk desk, GatedConnection connection, int times)
    {
        Check.That(connection.Phase == ConnectionPhase.Closed, "the connection did not close");
        Check.That(connection.Returned == times, $"returned {connection.Returned} times instead of {times}");
        desk.CheckNothingLost(desk.Desk.Count().Total);
    }
}
