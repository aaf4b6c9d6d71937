namespace Cenote.ReadReplicas.Statistics;

/// <summary>What happened off the fast path since the set was constructed.</summary>
internal sealed class SetCounters
{
    private long _readsOnPrimary;
    private long _readsRefused;
    private long _writesRefused;
    private long _causalImmediate;
    private long _causalAfterWait;
    private long _causalOnPrimary;

    internal long ReadsOnPrimary => Interlocked.Read(ref _readsOnPrimary);

    internal long ReadsRefused => Interlocked.Read(ref _readsRefused);

    internal long WritesRefused => Interlocked.Read(ref _writesRefused);

    internal long CausalImmediate => Interlocked.Read(ref _causalImmediate);

    internal long CausalAfterWait => Interlocked.Read(ref _causalAfterWait);

    internal long CausalOnPrimary => Interlocked.Read(ref _causalOnPrimary);

    internal void RecordReadOnPrimary() => Interlocked.Increment(ref _readsOnPrimary);

    internal void RecordReadRefused() => Interlocked.Increment(ref _readsRefused);

    internal void RecordWriteRefused() => Interlocked.Increment(ref _writesRefused);

    internal void RecordCausal(bool waited)
    {
        if (waited)
        {
            Interlocked.Increment(ref _causalAfterWait);
        }
        else
        {
            Interlocked.Increment(ref _causalImmediate);
        }
    }

    internal void RecordCausalOnPrimary() => Interlocked.Increment(ref _causalOnPrimary);
}
