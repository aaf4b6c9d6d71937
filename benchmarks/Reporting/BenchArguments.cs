namespace Cenote.Reporting;

/// <summary>What the command line of a benchmark says.</summary>
internal sealed class BenchArguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly string _bench;
    private readonly string[] _args;

    private BenchArguments(string bench, string[] args) => (_bench, _args) = (bench, args);

    /// <summary>Whether a missed target is a failure.</summary>
    internal bool Check => _values.ContainsKey("--check");

    /// <summary>Whether the report is written into a file.</summary>
    internal bool Save => _values.ContainsKey("--save");

    internal bool Help => _values.ContainsKey("--help");

    /// <summary>The command as a person would type it.</summary>
    internal string Command => string.Join(' ', ["./bench", _bench, .. _args]);

    internal string? this[string option] => _values.GetValueOrDefault(option);

    /// <returns><see langword="null"/> when the arguments make no sense; the reason was printed.</returns>
    internal static BenchArguments? Parse(string bench, string[] args, params string[] valued)
    {
        var arguments = new BenchArguments(bench, args);
        for (var i = 0; i < args.Length; i++)
        {
            var takesValue = valued.Contains(args[i], StringComparer.Ordinal);
            if ((!takesValue && args[i] is not ("--check" or "--save" or "--help")) || (takesValue && i + 1 == args.Length))
            {
                Console.Error.WriteLine($"{args[i]}: {(takesValue ? "a value is missing" : "unknown option")}. Try ./bench {bench} --help.");
                return null;
            }

            arguments._values[args[i]] = takesValue ? args[++i] : string.Empty;
        }

        return arguments;
    }
}
