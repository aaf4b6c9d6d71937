namespace Cenote.Shop.Checking;

/// <summary>The most of each that was seen while the run was watched. Written by the watcher alone.</summary>
internal sealed class PoolPeaks
{
    public int Total { get; private set; }

    public int Leased { get; private set; }

    public int Waiting { get; private set; }

    /// <summary>The first sight of more connections than the limit allows, in words.</summary>
    public string? AboveLimit { get; private set; }

    public void See(PoolCounts counts)
    {
        Total = Math.Max(Total, counts.Total);
        Leased = Math.Max(Leased, counts.Leased);
        Waiting = Math.Max(Waiting, counts.Waiting);
        if (counts.Total > counts.Limit)
        {
            AboveLimit ??= counts.ToString();
        }
    }
}
