namespace Cenote.Shop.Clients;

/// <summary>Counts errors by what they say, without secrets.</summary>
internal sealed class ErrorTally(Func<string, string> hideSecrets)
{
    // Messages that carry a number each (a port, a time) must not fill the memory of a long run.
    private const int MaxDistinct = 20;
    private const string Others = "other errors";

    private readonly object _gate = new();
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    public void Add(Exception exception)
    {
        // The pool's own messages carry times and numbers; what the driver said is the same each time.
        var message = (exception is PoolException { InnerException: { } cause } ? cause : exception).Message.AsSpan();
        var lineEnd = message.IndexOfAny('\r', '\n');
        var text = hideSecrets($"{exception.GetType().Name}: {(lineEnd < 0 ? message : message[..lineEnd])}");
        lock (_gate)
        {
            var key = _counts.ContainsKey(text) || _counts.Count < MaxDistinct ? text : Others;
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
        }
    }

    /// <summary>The errors, most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> List()
    {
        lock (_gate)
        {
            return [.. _counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)];
        }
    }
}
