namespace Cenote.InterleavingTests.Planted;

/// <summary>A caller of the pocket desk that blocks its thread.</summary>
internal sealed class PocketWaiter
{
    // 0 pending, 1 granted, 2 cancelled.
    private int _outcome;

    public bool IsPending => Volatile.Read(ref _outcome) == 0;

    public void Complete(bool granted)
    {
        lock (this)
        {
            Volatile.Write(ref _outcome, granted ? 1 : 2);
            Monitor.PulseAll(this);
        }
    }

    /// <summary>Blocks until served or cancelled; says whether it was served.</summary>
    public bool Wait()
    {
        lock (this)
        {
            while (_outcome == 0)
            {
                Monitor.Wait(this);
            }

            return _outcome == 1;
        }
    }
}
