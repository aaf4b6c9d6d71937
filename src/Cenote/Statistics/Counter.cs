namespace Cenote.Statistics;

/// <summary>A number that only grows.</summary>
internal sealed class Counter
{
    private long _value;

    internal long Value => Volatile.Read(ref _value);

    internal void Add(long value) => Interlocked.Add(ref _value, value);

    internal void Increment() => Interlocked.Increment(ref _value);
}
