using Cenote.SharedBudget.Stores;

namespace Cenote.InterleavingTests.Sharing;

/// <summary>A table in memory that answers at once.</summary>
internal sealed class MemoryStore(TimeProvider clock) : IGrantStore
{
    private readonly object _gate = new();
    private string _text = "";
    private int _version;
    private int _epoch = 1;

    /// <summary>Loses everything, as a Redis that restarts.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _text = "";
            _version++;
            _epoch++;
        }
    }

    public ValueTask<StoredTable> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new ValueTask<StoredTable>(new StoredTable(Number(_version), _text, clock.GetTimestamp() / TimeSpan.TicksPerMillisecond, Number(_epoch)));
        }
    }

    public ValueTask<bool> TryWriteAsync(StoredTable read, string text, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (read.Version != Number(_version) || read.Epoch != Number(_epoch))
            {
                return new ValueTask<bool>(false);
            }

            _text = text;
            _version++;
            return new ValueTask<bool>(true);
        }
    }

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
