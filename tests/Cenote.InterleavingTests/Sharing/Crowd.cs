using Cenote.InterleavingTests.Desk;
using Cenote.Leasing;

namespace Cenote.InterleavingTests.Sharing;

/// <summary>Callers that come at once and keep what they get.</summary>
internal sealed class Crowd
{
    private readonly TestDesk _desk;
    private readonly List<(Waiter Waiter, ValueTask<ConnectionLease> Outcome)> _callers = [];

    public Crowd(TestDesk desk, int callers)
    {
        _desk = desk;
        for (var i = 0; i < callers; i++)
        {
            var waiter = desk.Enqueue(blocks: false);
#pragma warning disable CA2012 // Its result is taken once, when the caller leaves.
            _callers.Add((waiter, waiter.AsPendingRent().AsValueTask()));
#pragma warning restore CA2012
        }
    }

    public int Served => _callers.Count(static caller => caller.Outcome.IsCompletedSuccessfully);

    /// <summary>All go: with a connection, which comes back, or from the queue.</summary>
    public void Leave()
    {
        foreach (var (waiter, outcome) in _callers)
        {
            if (!outcome.IsCompleted)
            {
                _desk.Desk.Cancel(waiter);
            }

            if (outcome.IsCompletedSuccessfully)
            {
                outcome.Result.Dispose();
            }
        }
    }
}
