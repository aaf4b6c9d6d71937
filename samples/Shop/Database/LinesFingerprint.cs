namespace Cenote.Shop.Database;

/// <summary>
/// 64 bits that stand for the lines of an order, in their order. A long run places millions of orders:
/// keeping every line until the check would cost gigabytes.
/// </summary>
internal static class LinesFingerprint
{
    public const ulong Empty = 0xCBF29CE484222325;

    public static ulong Add(ulong fingerprint, in OrderLine line)
    {
        fingerprint = Mix(fingerprint, line.ProductId);
        fingerprint = Mix(fingerprint, line.Quantity);
        fingerprint = Mix(fingerprint, line.UnitPriceCents);
        return Mix(fingerprint, line.PriceVersion);
    }

    public static ulong Of(ReadOnlySpan<OrderLine> lines)
    {
        var fingerprint = Empty;
        foreach (ref readonly var line in lines)
        {
            fingerprint = Add(fingerprint, line);
        }

        return fingerprint;
    }

    // FNV-1a's step on whole words, then a rotation: plain FNV never carries a high bit down.
    private static ulong Mix(ulong fingerprint, long value) =>
        System.Numerics.BitOperations.RotateLeft((fingerprint ^ (ulong)value) * 0x100000001B3, 23);
}
