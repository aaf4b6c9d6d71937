using Cenote.LoadBench.Load;
using Cenote.LoadBench.Parts;
using Cenote.LoadBench.Sides;
using Cenote.Reporting;

namespace Cenote.LoadBench.HandOver;

/// <summary>Hand-overs beside those of a channel of connections with timeouts.</summary>
internal sealed class ChannelPart(string name, int callers, int connections, double goal) : IPart
{
    private const int Rounds = 15;
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(500);

    public string Name => name;

    public IReadOnlyCollection<Target> Run(Report report)
    {
        using var pool = StubPools.Create(connections);
        var channel = StubPools.CreateChannel(connections);
        var bare = new BareQueue(connections);
        var turns = Turns.Take(
            Rounds,
            () => Crowd<CenoteSide, ConnectionLease>.Measure(new CenoteSide(pool), connections, callers, Duration),
            () => Crowd<ChannelSide, object>.Measure(new ChannelSide(channel), connections, callers, Duration),
            () => Crowd<BareQueueSide, object>.Measure(new BareQueueSide(bare), connections, callers, Duration));
        var (ours, theirs) = (turns[0], turns[1]);
        var throughput = PairedRatio.Of(ours.Select(static turn => turn.PerSecond), theirs.Select(static turn => turn.PerSecond));
        var processor = PairedRatio.Of(ours.Select(static turn => turn.ProcessorNanoseconds), theirs.Select(static turn => turn.ProcessorNanoseconds));
        var bytes = Median.Of(ours.Select(static turn => turn.BytesEach));
        report.Add($"## {callers:N0} tasks on {connections:N0} connections ({name})");
        report.Add();
        report.AddTable(
            ["side", "hand-overs/s", "ns each", "CPU ns each", "B each"],
            [Row("Cenote", ours), Row("channel with timeouts", theirs), Row("bare queue, no timeouts", turns[2])]);
        report.Add();
        report.Add($"Cenote beside the channel: throughput {throughput}, CPU {processor} ({Rounds} rounds).");
        report.Add();
        return
        [
            new Target($"hand-over, {callers:N0} tasks on {connections:N0}", $"at least {goal:0.0} times a channel's throughput", throughput.ToString(), throughput.Ratio >= goal),
            new Target($"hand-over, {callers:N0} tasks on {connections:N0}", "0 B", $"{bytes:0.0} B", bytes < 0.5),
        ];
    }

    private static string[] Row(string side, CrowdTurn[] turns) =>
    [
        side,
        $"{Median.Of(turns.Select(static turn => turn.PerSecond)):N0}",
        $"{Median.Of(turns.Select(static turn => turn.Nanoseconds)):N0}",
        $"{Median.Of(turns.Select(static turn => turn.ProcessorNanoseconds)):N0}",
        $"{Median.Of(turns.Select(static turn => turn.BytesEach)):N1}",
    ];
}
