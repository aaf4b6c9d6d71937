using Cenote.Leasing;
using Cenote.Providers;
using Cenote.StubDriver;

namespace Cenote.InterleavingTests.Desk;

/// <summary>
/// Does what the desk asks for at once, on the asking thread: the interleavings of interest are the desk's own.
/// </summary>
internal sealed class DeskWork(LeaseDesk desk, DatabaseProvider provider, ConnectionSettings settings) : IConnectionWork
{
    private int _failingOpens;
    private int _givenUp;

    /// <summary>How many of the next opens fail.</summary>
    public int FailingOpens
    {
        get => Volatile.Read(ref _failingOpens);
        set => Volatile.Write(ref _failingOpens, value);
    }

    /// <summary>Slots given up whose connection has not been closed yet.</summary>
    public int GivenUp => Volatile.Read(ref _givenUp);

    public void Open(Slot slot, bool needsOwnThread)
    {
        if (Interlocked.Decrement(ref _failingOpens) >= 0)
        {
            desk.OpenFailed(slot, new OpenFailure(new StubException(FailureKind.Transient), FailureKind.Transient, DateTimeOffset.UnixEpoch, 1));
            return;
        }

        var toldToEnd = desk.ReadGenerationToken(slot);
        if (!desk.StillWantsOpening(slot))
        {
            desk.OpenSkipped(slot);
            return;
        }

        var physical = provider.CreateConnection(settings);
        physical.Open();
        if (toldToEnd.IsCancellationRequested)
        {
            physical.CloseAsync().AsTask().Wait();
            desk.OpenSkipped(slot);
            return;
        }

        desk.Opened(slot, physical, long.MaxValue);
    }

    public void Validate(Slot slot, bool needsOwnThread)
    {
        var word = slot.Word;
        desk.MakeIdle(slot, word);
    }

    public void Close(Slot slot, CloseReason reason)
    {
        slot.Physical!.CloseAsync().AsTask().Wait();
        desk.Closed(slot, reason);
    }

    public void Abandon(Slot slot, CloseReason reason)
    {
        Interlocked.Increment(ref _givenUp);
        desk.Closed(slot, reason);
    }

    public void CloseAbandoned(PhysicalConnection physical, CloseReason reason)
    {
        physical.CloseAsync().AsTask().Wait();
        Interlocked.Decrement(ref _givenUp);
    }

    public void RecordFailure(Slot slot, CloseReason reason, Exception? exception) => desk.RequireValidation();

    public void NotifyCircuitChanged(CircuitState before, CircuitStatus status)
    {
    }
}
