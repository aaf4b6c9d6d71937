namespace Cenote.Statistics;

/// <summary>A number that only grows: a field of its owner, never copied.</summary>
internal struct Counter
{
    private long _value;

    internal readonly long Value => Volatile.Read(in _value);

    internal void Add(long value) => Interlocked.Add(ref _value, value);

    internal void Increment() => Interlocked.Increment(ref _value);
}
