namespace Cenote.LoadBench.Peers;

/// <summary>What was measured of one peer.</summary>
internal sealed class PeerResult(string name, string setting, string? footnote)
{
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);

    internal string Name => name;

    internal string Setting => setting;

    internal string? Footnote => footnote;

    internal IEnumerable<string> Measures => _values.Keys;

    internal bool IsOurs => name.StartsWith("Cenote", StringComparison.Ordinal);

    internal double? this[string measure]
    {
        get => _values.TryGetValue(measure, out var value) ? value : null;
        set => _values[measure] = value!.Value;
    }
}
