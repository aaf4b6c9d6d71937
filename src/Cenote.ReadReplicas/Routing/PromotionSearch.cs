namespace Cenote.ReadReplicas.Routing;

/// <summary>
/// The search for a promotion that a read's token is of and the set has not seen. A server that never answers again
/// must not have every such read probe all servers. So none begins for a while after one that found no answer there:
/// for <see cref="ReplicaSetOptions.ProbeInterval"/>, in which every server is probed anyway, at most a second.
/// </summary>
internal sealed class PromotionSearch(SetParts parts)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly long _started = parts.Options.TimeProvider.GetTimestamp();
    private long _notBefore;

    internal bool MayBegin => Now.Ticks >= Volatile.Read(ref _notBefore);

    private TimeSpan Now => parts.Options.TimeProvider.GetElapsedTime(_started);

    /// <summary>Probes all servers.</summary>
    /// <returns>Whether all of them answered.</returns>
    internal async ValueTask<bool> ProbeAllAsync(RentCall call, bool isBlocking)
    {
        var canWait = call.Left >= parts.Options.ProbeTimeout;

        // An earlier result does not count: a promotion since then would make lost writes of what it wrote.
        var probing = parts.ProbeAllAsync();
        var haveAllAnswered = await call.TryWaitAsync(probing, parts.Options.ProbeTimeout, isBlocking).ConfigureAwait(false)
            && Array.TrueForAll(await probing.ConfigureAwait(false), static status => status is not null);

        // Servers that this caller could not wait for are not silent.
        if (!haveAllAnswered && (canWait || probing.IsCompleted))
        {
            var pause = parts.Options.ProbeInterval < LongestPause ? parts.Options.ProbeInterval : LongestPause;
            Volatile.Write(ref _notBefore, (Now + pause).Ticks);
        }

        return haveAllAnswered;
    }
}
