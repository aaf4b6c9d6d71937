using Cenote;

namespace ReadReplicas;

/// <summary>
/// Reads that follow a write at once: without a token they may miss it on a replica, with one they never do.
/// </summary>
internal static class CausalReads
{
    private const int Orders = 200;

    internal static async Task ShowAsync(ReplicaSet orders)
    {
        var staleWithout = 0;
        var staleWith = 0;
        for (var number = 1; number <= Orders; number++)
        {
            using var scope = orders.BeginCausalScope();
            await using (var write = await orders.OpenWriteConnectionAsync())
            {
                await Shop.PlaceAsync(write, number);
            }

            await using var read = await orders.OpenReadConnectionAsync();
            staleWith += await Shop.CountAsync(read) < number ? 1 : 0;
        }

        for (var number = Orders + 1; number <= 2 * Orders; number++)
        {
            await using (var write = await orders.OpenWriteConnectionAsync())
            {
                await Shop.PlaceAsync(write, number);
            }

            await using var read = await orders.OpenReadConnectionAsync();
            staleWithout += await Shop.CountAsync(read) < number ? 1 : 0;
        }

        Console.WriteLine($"Stale reads after {Orders} writes, without a token: {staleWithout}; in a causal scope: {staleWith}.");

        // A token is text: this could be another process, hours later.
        var text = (await orders.GetTokenAsync()).ToString();
        await using var later = await orders.OpenReadConnectionAsync(orders.ParseToken(text));
        Console.WriteLine($"Token {text}: {await Shop.CountAsync(later)} orders.");
    }
}
