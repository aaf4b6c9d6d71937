namespace Cenote.InterleavingTests.Planted;

/// <summary>
/// The protocol of the session gate in small: one lease, calls, a closing. Mistakes can be built in, to show that the
/// checker finds such mistakes in code of this shape.
/// </summary>
internal sealed class PocketGate(PocketGateFault fault)
{
    private int _isOpen = 1;
    private int _isDisposed;
    private int _callsInside;
    private int _isHandedOver;
    private int _returned;

    /// <summary>How often the lease was returned.</summary>
    public int Returned => Volatile.Read(ref _returned);

    /// <summary>A gate whose opening is under way.</summary>
    public static PocketGate Opening(PocketGateFault fault) => new(fault) { _isOpen = 0 };

    public void Call()
    {
        if (fault == PocketGateFault.LooksBeforeEntering)
        {
            if (Volatile.Read(ref _isOpen) == 0)
            {
                return;
            }

            Interlocked.Increment(ref _callsInside);
            Use();
        }
        else
        {
            Interlocked.Increment(ref _callsInside);
            if (Volatile.Read(ref _isOpen) == 1)
            {
                Use();
            }
        }

        // In this order: no call enters after a hand-over, so that the last one is inside no more. The gate itself has
        // both in one word.
        Interlocked.Decrement(ref _callsInside);
        if (Volatile.Read(ref _isHandedOver) == 1 && Volatile.Read(ref _callsInside) == 0 && TryTakeOver())
        {
            Return();
        }
    }

    public void Close()
    {
        var isCallInside = Volatile.Read(ref _callsInside) != 0;
        if (Interlocked.CompareExchange(ref _isOpen, 0, 1) != 1)
        {
            return;
        }

        if (fault != PocketGateFault.LooksBeforeClosing)
        {
            isCallInside = Volatile.Read(ref _callsInside) != 0;
        }

        if (isCallInside)
        {
            Interlocked.Exchange(ref _isHandedOver, 1);
            if (fault == PocketGateFault.HandsOverWithoutLooking || Volatile.Read(ref _callsInside) != 0 || !TryTakeOver())
            {
                return;
            }
        }

        Return();
    }

    public void FinishOpening()
    {
        var isDisposed = Volatile.Read(ref _isDisposed) == 1;
        Interlocked.Exchange(ref _isOpen, 1);
        if (fault != PocketGateFault.LooksBeforePublishing)
        {
            isDisposed = Volatile.Read(ref _isDisposed) == 1;
        }

        if (isDisposed)
        {
            Close();
        }
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _isDisposed, 1);
        Close();
    }

    private void Use() => Check.That(Volatile.Read(ref _returned) == 0, "the session was used after the return");

    private void Return() => Check.That(Interlocked.Increment(ref _returned) == 1, "the lease was returned twice");

    private bool TryTakeOver()
    {
        if (fault != PocketGateFault.TakesOverInTwoSteps)
        {
            return Interlocked.Exchange(ref _isHandedOver, 0) == 1;
        }

        if (Volatile.Read(ref _isHandedOver) == 0)
        {
            return false;
        }

        Volatile.Write(ref _isHandedOver, 0);
        return true;
    }
}
