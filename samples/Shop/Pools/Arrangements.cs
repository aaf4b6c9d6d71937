using Cenote.Shop.Clients;
using Cenote.Shop.Database;

namespace Cenote.Shop.Pools;

/// <summary>
/// The arrangements of a plan, open. In a comparison the split one comes first: its writer prepares the file.
/// </summary>
internal sealed class Arrangements : IAsyncDisposable
{
    private readonly List<Arrangement> _all = [];

    private Arrangements()
    {
    }

    public IReadOnlyList<Arrangement> All => _all;

    public static async Task<Arrangements> OpenAsync(
        ShopDatabase database, PoolSizes sizes, OperationMeters runMeters, TimeProvider clock, CancellationToken cancellationToken)
    {
        var arrangements = new Arrangements();
        try
        {
            if (sizes.Plan != PoolPlan.Mixed)
            {
                arrangements._all.Add(await SplitArrangement.OpenAsync(database, sizes, runMeters, clock, cancellationToken));
            }

            if (sizes.Plan != PoolPlan.Split)
            {
                arrangements._all.Add(new MixedArrangement(database, sizes, runMeters, clock));
            }

            return arrangements;
        }
        catch
        {
            await arrangements.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var arrangement in _all)
        {
            await arrangement.DisposeAsync();
        }
    }
}
