using System.Reflection;
using Cenote.Cli.Checking;
using Cenote.Cli.Measuring;
using Cenote.Shared;

namespace Cenote.Cli.Comparing;

/// <summary>What both pools did, by number of clients, and what follows.</summary>
internal sealed class CompareReport
{
    private const int FewestForP99 = 100;

    private readonly List<CheckFinding> _findings = [];

    /// <param name="server">The server.</param>
    /// <param name="driver">The driver's name and version.</param>
    /// <param name="connections">The size of each pool.</param>
    /// <param name="pairs">What was measured.</param>
    /// <param name="isResetProven">Whether both pools were seen to clear a session.</param>
    public CompareReport(MeasuredServer server, (string Name, string Version) driver, int connections, IReadOnlyList<TurnPair> pairs, bool isResetProven)
    {
        (Server, Driver, Connections) = (server, driver, connections);
        Rows = [.. pairs.GroupBy(static pair => pair.Clients).OrderBy(static group => group.Key).Select(static group => (group.Key, Measure.AllOf([.. group])))];
        Pairs = pairs.Count / Rows.Count;
        Find($"Both pools had {Figures.Plural(connections, "connection")}, the same connection string, and the same code around them: open a connection, execute, read the answer, close. {(isResetProven
            ? "Both were seen to reset a session between two holders."
            : "Both are set to reset a session between two holders, which was not tried here.")}");
        if (server.IsWrapped)
        {
            Find(MeasuredServer.WrappedNote);
        }

        if (pairs.Any(static pair => Math.Min(pair.Ours.Leases.Count, pair.Driver.Leases.Count) < FewestForP99))
        {
            Find($"Some turns had fewer than {FewestForP99} executions, so that p99 is the slowest of them. Give more --seconds.");
        }

        Find("A ratio is Cenote's value divided by the driver's in the same pair of turns: the median of all pairs, and the interval that contains the true median with 99 %. Within noise: the interval contains 1, for times up to the 3 % that their steps leave open.");
    }

    public MeasuredServer Server { get; }

    public (string Name, string Version) Driver { get; }

    /// <summary>Gets the version of Cenote.</summary>
    public string Version { get; } = VersionOf(typeof(ConnectionPool).Assembly);

    public int Connections { get; }

    public int Pairs { get; }

    public IReadOnlyList<(int Clients, IReadOnlyList<Measure> Measures)> Rows { get; }

    public IReadOnlyList<CheckFinding> Findings => _findings;

    /// <summary>Gets the throughput in words, so that the noise is not taken for a difference.</summary>
    public string Summary
    {
        get
        {
            var parts = Rows.GroupBy(static row => row.Measures[0].Outcome).OrderBy(static group => group.Key).Select(static group =>
            {
                var outcome = group.Key switch { Outcome.Better => "Cenote is faster", Outcome.Worse => "the driver is faster", _ => "no difference beyond the noise" };
                return $"{outcome} with {string.Join(", ", group.Select(static row => row.Clients))} {(group.Count() == 1 && group.First().Clients == 1 ? "client" : "clients")}";
            });
            return $"Throughput: {string.Join("; ", parts)}.";
        }
    }

    /// <summary>Returns the version of a package, which is not always that of its assembly.</summary>
    public static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private void Find(string text) => _findings.Add(new CheckFinding(CheckLevel.Note, text));
}
