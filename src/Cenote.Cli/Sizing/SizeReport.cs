using Cenote.Cli.Checking;
using Cenote.Cli.Measuring;
using Cenote.Shared;

namespace Cenote.Cli.Sizing;

/// <summary>The curve of a sweep, and the size that follows from it.</summary>
internal sealed class SizeReport
{
    /// <summary>The share of the most throughput that the advised size has.</summary>
    internal const double Enough = 0.95;

    private const int Resamples = 400;
    private const double Busy = 0.7;
    private const double Odd = 0.15;
    private const int Wide = 2;
    private const int FewestForRanges = 3;

    // What twice the connections must bring, so that the curve is not flat at its end.
    private const double Growth = 1.1;

    private readonly List<CheckFinding> _findings = [];

    private SizeReport(IReadOnlyList<SweepRound> rounds, MeasuredServer server, int instances)
    {
        Points = SizePoint.Of(rounds);
        Rounds = rounds.Count / Points.Count;
        (Server, Instances) = (server, instances);
    }

    public MeasuredServer Server { get; }

    /// <summary>Gets how often each size was measured.</summary>
    public int Rounds { get; }

    public IReadOnlyList<SizePoint> Points { get; }

    /// <summary>Gets the fitted curve; <see langword="null"/> with fewer than three sizes.</summary>
    public ScalabilityLaw? Law { get; private set; }

    /// <summary>Gets the advised number of connections of all instances together.</summary>
    public int Size { get; private set; }

    /// <summary>
    /// Gets the least and the most that nine in ten resamples of the measurement advise; <see langword="null"/> with
    /// too few sizes or rounds.
    /// </summary>
    public (int Least, int Most)? SizeRange { get; private set; }

    /// <summary>
    /// Gets the size with the most throughput; <see langword="null"/> beyond the sizes that were tried, where the curve
    /// is a guess.
    /// </summary>
    public double? Peak => Law is { } law && law.Peak <= Points[^1].Size ? law.Peak : null;

    public (double Least, double Most)? ContentionRange { get; private set; }

    public (double Least, double Most)? CrosstalkRange { get; private set; }

    public int Instances { get; }

    /// <summary>Gets <c>MaxSize</c> of each instance.</summary>
    public int SizeOfInstance => Math.Max(1, (Size + Instances - 1) / Instances);

    public IReadOnlyList<CheckFinding> Findings => _findings;

    /// <param name="rounds">What was measured: each size as often as the others.</param>
    /// <param name="server">The server.</param>
    /// <param name="instances">How many instances of the application share it.</param>
    public static SizeReport Of(IReadOnlyList<SweepRound> rounds, MeasuredServer server, int instances)
    {
        var report = new SizeReport(rounds, server, instances);
        report.Fit(rounds);
        report.AddFindings(rounds);
        return report;
    }

    private void Fit(IReadOnlyList<SweepRound> rounds)
    {
        var largest = Points[^1].Size;
        if (Points.Count < 3)
        {
            Size = SizeByMeasurementAlone();
            return;
        }

        Law = ScalabilityLaw.Fit([.. rounds.Select(static round => (round.Size, round.PerSecond))]);
        Size = Law.Value.SizeFor(Enough, largest);

        if (Rounds < FewestForRanges)
        {
            return;
        }

        // The bootstrap of Efron (1979): the rounds of each size are drawn again, with replacement. The seed is fixed,
        // so that one measurement has one answer.
        var random = new Random(16);
        var sizes = rounds.GroupBy(static round => round.Size).Select(static size => size.ToArray()).ToArray();
        ScalabilityLaw[] laws = [.. Enumerable.Range(0, Resamples).Select(_ => ScalabilityLaw.Fit(
            [.. sizes.SelectMany(size => Enumerable.Range(0, size.Length).Select(_ => size[random.Next(size.Length)])).Select(static round => (round.Size, round.PerSecond))]))];
        SizeRange = Range(laws.Select(law => law.SizeFor(Enough, largest)));
        ContentionRange = Range(laws.Select(static law => law.Contention));
        CrosstalkRange = Range(laws.Select(static law => law.Crosstalk));
    }

    private int SizeByMeasurementAlone()
    {
        var most = Points.Max(static point => point.PerSecond);
        return Points.First(point => point.PerSecond >= Enough * most).Size;
    }

    private void AddFindings(IReadOnlyList<SweepRound> rounds)
    {
        var largest = Points[^1].Size;
        var more = Server.Free is { } free && largest >= free ? "The server has no more to try." : "Give a larger --max.";
        if (Law is { } law)
        {
            if (law.Peak > largest && law.At(2 * largest) > Growth * law.At(largest))
            {
                Find(CheckLevel.Warning, $"The throughput still grows at {largest} connections, the most that were tried. {more}");
            }

            var off = Points.Max(point => Math.Abs((law.At(point.Size) / point.PerSecond) - 1));
            if (off > Odd)
            {
                Find(CheckLevel.Warning, FormattableString.Invariant($"The curve misses a measurement by {off:P0}: the database behaves in another way than the law, or did other work meanwhile. Of the sizes that were tried, {SizeByMeasurementAlone()} is the smallest with {Enough:P0} of the most."));
            }
        }
        else if (Size == largest)
        {
            Find(CheckLevel.Warning, $"No more than {Figures.Plural(largest, "connection")} {(largest == 1 ? "was" : "were")} tried, so whether more do more work is open. {more}");
        }

        if (SizeRange is { } range && range.Most > Wide * range.Least + 1)
        {
            Find(CheckLevel.Warning, $"The measurement leaves open whether {range.Least} or {range.Most} connections are needed, because the rounds of a size differ much. Give more --seconds, or measure on a quieter machine.");
        }

        if (Size == 1 && largest > 1)
        {
            Find(CheckLevel.Note, "More connections gain at most about 5 %. Executions of this statement seem to wait for something that only one of them has at a time, such as a row's lock or a single processor.");
        }

        if (Rounds < SizeSweep.Rounds)
        {
            Find(Rounds < FewestForRanges ? CheckLevel.Warning : CheckLevel.Note, $"The time was enough for {Figures.Plural(Rounds, "round")} instead of {SizeSweep.Rounds}. Give more --seconds.");
        }

        var processor = rounds.Where(round => round.Size >= Size).Max(static round => round.Processor);
        if (processor > Busy)
        {
            Find(CheckLevel.Warning, FormattableString.Invariant($"This command took {processor:P0} of the processors of its machine, so it may have measured itself. Measure from a larger machine, or with a statement that does more."));
        }

        if (Server.Room is { } room && SizeOfInstance * (long)Instances > room)
        {
            Find(CheckLevel.Problem, FormattableString.Invariant($"{Instances} instances with a MaxSize of {SizeOfInstance} need {SizeOfInstance * (long)Instances} connections, and the server has {room} for this user. Share a ConnectionBudget, put a proxy in between, or have fewer instances."));
        }
        else if (Instances > Size)
        {
            Find(CheckLevel.Note, FormattableString.Invariant($"There are more instances than connections that the database can use. Each has one; the {Instances - Size} more than {Size} cost memory of the server."));
        }

        if (Server.IsWrapped)
        {
            Find(CheckLevel.Note, MeasuredServer.WrappedNote);
        }

        Find(CheckLevel.Note, "This is the size for this statement at full load. Leases that also wait for something else than the database need more connections: multiply by the time of a lease, divided by the time of its statements.");
    }

    private void Find(CheckLevel level, string text) => _findings.Add(new CheckFinding(level, text));

    private static (T Least, T Most) Range<T>(IEnumerable<T> values)
    {
        T[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 20], sorted[sorted.Length - 1 - (sorted.Length / 20)]);
    }
}
