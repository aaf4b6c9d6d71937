using Cenote.Shop.Database;

namespace Cenote.Shop.Checking;

/// <summary>An order as the database has it, with its lines.</summary>
internal sealed class StoredOrder(long orderId, long customerId, long totalCents, long lineCount)
{
    private readonly List<OrderLine> _lines = [];

    public long OrderId => orderId;

    public long CustomerId => customerId;

    public long TotalCents => totalCents;

    public long LineCount => lineCount;

    public IReadOnlyList<OrderLine> Lines => _lines;

    /// <summary>The worth of the lines that are there.</summary>
    public long LinesCents { get; private set; }

    public ulong Fingerprint { get; private set; } = LinesFingerprint.Empty;

    public void Add(in OrderLine line)
    {
        _lines.Add(line);
        LinesCents += line.TotalCents;
        Fingerprint = LinesFingerprint.Add(Fingerprint, line);
    }
}
