using System.Globalization;

namespace Cenote.LoadBench.Peers;

/// <summary>
/// What was measured of all peers: in a file, so that parts of the measurement can be run one by one.
/// </summary>
internal sealed class PeerResults
{
    private static readonly string s_file = Path.Combine("artifacts", "bench", "peers.tsv");

    private readonly List<PeerResult> _all;

    internal PeerResults(IEnumerable<PeerResult> ofNet) => _all =
    [
        .. ofNet,
        new PeerResult("HikariCP", Pools.Settings.Stub, "Java 17: callers block, and hand-overs between them are in the table of blocking callers"),
        new PeerResult("tarn", Pools.Settings.Stub, NodeFootnote),
        new PeerResult("generic-pool", Pools.Settings.Stub, NodeFootnote),
        new PeerResult("pg", Pools.Settings.PostgreSql, $"{NodeFootnote}. Sessions are not reset"),
    ];

    internal const string NodeFootnote = "Node.js 20 has one thread, so no caller blocks and no operation is atomic";

    /// <summary>Gets the results by setting.</summary>
    internal IEnumerable<PeerResult> All => _all.OrderBy(result => _all.FindIndex(first => first.Setting == result.Setting));

    internal PeerResult this[string name] => _all.Find(result => result.Name == name) ?? throw new ArgumentException($"The peer {name} does not exist.", nameof(name));

    /// <summary>Adds what earlier parts measured.</summary>
    internal void Read()
    {
        if (!File.Exists(s_file))
        {
            return;
        }

        foreach (var line in File.ReadLines(s_file))
        {
            if (line.Split('\t') is [var name, var measure, var value] && _all.Find(result => result.Name == name) is { } result)
            {
                result[measure] = double.Parse(value, CultureInfo.InvariantCulture);
            }
        }
    }

    internal void Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(s_file)!);
        File.WriteAllLines(s_file, _all.SelectMany(static result => result.Measures.Select(
            measure => string.Create(CultureInfo.InvariantCulture, $"{result.Name}\t{measure}\t{result[measure]:R}"))));
    }
}
