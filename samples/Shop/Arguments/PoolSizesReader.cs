using Cenote.Shop.Pools;
using Cenote.Shop.Database;

namespace Cenote.Shop.Arguments;

/// <summary>
/// Makes one statement of what the options say about pools, and tells where they contradict each other.
/// </summary>
/// <param name="problem">Takes each problem, in words.</param>
internal sealed class PoolSizesReader(Action<string> problem)
{
    /// <param name="provider">The database; <see langword="null"/> when the words name none that exists.</param>
    /// <param name="plan">The plan asked for; <see langword="null"/> for the default.</param>
    /// <param name="readers">The readers asked for.</param>
    /// <param name="givenMinimum">The minimum size asked for.</param>
    /// <param name="givenMaximum">The maximum size asked for.</param>
    public PoolSizes Read(ShopProvider? provider, PoolPlan? plan, int? readers, int? givenMinimum, int? givenMaximum)
    {
        var defaults = new ConnectionPoolOptions();
        var maximum = givenMaximum ?? readers + 1 ?? defaults.MaxSize;
        var minimum = givenMinimum ?? Math.Min(defaults.MinSize, maximum);
        if (minimum > maximum)
        {
            problem(FormattableString.Invariant($"--min-size {minimum} is more than the maximum size of {maximum}. Lower it, or raise {(readers is null ? "--max-size" : "--readers")}."));
        }

        if (provider is ShopProvider.PostgreSql or ShopProvider.MySql)
        {
            RefuseOnServers(plan, readers);
        }
        else
        {
            CheckReaders(plan, readers, maximum, givenMaximum);
        }

        var isMixed = provider is ShopProvider.PostgreSql or ShopProvider.MySql || maximum < 2;
        return new PoolSizes(isMixed ? PoolPlan.Mixed : plan ?? PoolPlan.Compare, minimum, maximum);
    }

    private void RefuseOnServers(PoolPlan? plan, int? readers)
    {
        if (plan is PoolPlan.Split or PoolPlan.Compare)
        {
            problem("--pools split and compare are for --provider sqlite, where only one connection can write at a time. A server gets one mixed pool.");
        }

        if (readers is not null)
        {
            problem("--readers is for --provider sqlite. Set the size of a server's pool with --max-size.");
        }
    }

    private void CheckReaders(PoolPlan? plan, int? readers, int maximum, int? givenMaximum)
    {
        if (readers is not null && plan == PoolPlan.Mixed)
        {
            problem("--readers does not apply to --pools mixed. Set the size of that pool with --max-size.");
        }
        else if (readers is not null && givenMaximum is not null && readers + 1 != givenMaximum)
        {
            problem(FormattableString.Invariant($"--readers {readers} and the writer are {readers + 1} connections, but --max-size is {givenMaximum}. Give one of the two options."));
        }
        else if (plan is PoolPlan.Split or PoolPlan.Compare && maximum < 2)
        {
            problem("--max-size 1 leaves no connection for a reader beside the writer. Raise it, or use --pools mixed.");
        }
    }
}
