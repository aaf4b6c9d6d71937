namespace Cenote.LoadBench.Pools;

/// <summary>A pool that a peer made for one measurement.</summary>
/// <param name="Side">The pool as its callers use it.</param>
/// <param name="CountOpens">Returns how many opens have begun so far.</param>
/// <param name="Close">Closes the pool.</param>
internal sealed record PeerPool<TSide>(TSide Side, Func<int> CountOpens, Action Close) : IDisposable
{
    public void Dispose() => Close();
}
