namespace Cenote.Shop.Clients;

/// <summary>An order as a reader sees it, line by line.</summary>
internal struct OrderSeen(long orderId, long totalCents, long lineCount)
{
    private long _lines;
    private long _cents;

    public readonly long OrderId => orderId;

    /// <summary>Whether the lines seen are the ones that the order names. An order never begun is whole.</summary>
    public readonly bool IsWhole => _lines == lineCount && _cents == totalCents;

    public void AddLine(long cents)
    {
        _lines++;
        _cents += cents;
    }

    public override readonly string ToString() =>
        $"order {orderId} says {lineCount} lines worth {totalCents} cents, and has {_lines} worth {_cents}";
}
