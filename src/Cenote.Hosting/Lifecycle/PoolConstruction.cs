using Microsoft.Extensions.Logging;

namespace Cenote.Hosting.Lifecycle;

/// <summary>
/// The construction of every pool of a registry. Invalid settings do not heal, so one exception lists all of them and
/// nothing starts.
/// </summary>
internal static class PoolConstruction
{
    /// <exception cref="PoolWarmUpException">A pool cannot be constructed, or a warm-up target cannot be
    /// reached.</exception>
    internal static async Task<IReadOnlyList<PoolWarmUp>> ConstructAsync(
        PoolRegistry registry, PoolHostingOptions options, TimeProvider timeProvider, ILogger logger)
    {
        var names = registry.Names;
        List<PoolWarmUpFailure> failures = [.. options.WarmUpTargets.Keys.Except(names, StringComparer.Ordinal).Select(name => NotRegistered(name, names))];
        List<PoolWarmUp> warmUps = [];

        // On threads of their own: a pool that is to fail at its start blocks its thread until it knows.
        var constructions = names.Select(name => (Name: name, Pool: Task.Run(() => registry[name]))).ToList();
        foreach (var (name, construction) in constructions)
        {
            try
            {
                var pool = await construction.ConfigureAwait(false);
                var size = pool.GetStatistics().Counts.Limit;
                int? target = options.WarmUpTargets.TryGetValue(name, out var wanted) ? wanted : null;
                if (target > size)
                {
                    failures.Add(new PoolWarmUpFailure(name, FormattableString.Invariant($"WarmUpTargets['{name}'] is {target}, and the size of the pool is {size}. Lower the one or raise the other."), exception: null));
                }

                warmUps.Add(new PoolWarmUp(name, pool, target, timeProvider, logger));
            }
            catch (Exception exception)
            {
                failures.Add(new PoolWarmUpFailure(name, exception.Message, exception));
            }
        }

        return failures.Count == 0
            ? warmUps
            : throw new PoolWarmUpException([.. failures.OrderBy(static failure => failure.PoolName, StringComparer.Ordinal)], names.Count);
    }

    private static PoolWarmUpFailure NotRegistered(string name, IReadOnlyList<string> names) => new(
        name,
        $"WarmUpTargets names it, but it is not registered. Registered: {(names.Count == 0 ? "none" : string.Join(", ", names.Select(static other => $"'{other}'")))}.",
        exception: null);
}
