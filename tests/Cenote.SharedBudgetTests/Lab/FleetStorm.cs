using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Cenote.SharedBudgetTests.Lab;

/// <summary>The long form of the lab: what is used in calm, how fast shares move, and faults at random.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "A run is repeated by its seed.")]
internal sealed class FleetStorm(FleetLab lab, int seed, Action<string> report)
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(3);

    private readonly Random _random = new(seed);

    /// <summary>Gets the used part of the budget in calm.</summary>
    internal double CalmUse { get; private set; }

    /// <summary>Gets the longest time until a freed share was used elsewhere.</summary>
    internal TimeSpan LongestMove { get; private set; }

    internal async Task RunAsync(TimeSpan duration)
    {
        CalmUse = await MeasureUseAsync(() => WaitAsync(duration / 4));
        report(FormattableString.Invariant($"calm: {100 * CalmUse:0.0} % used"));
        await MoveAsync(rounds: (int)(duration.TotalSeconds / 20) + 1);
        var started = Stopwatch.GetTimestamp();
        var faults = 0;
        var use = await MeasureUseAsync(async () =>
        {
            for (; Stopwatch.GetElapsedTime(started) < duration / 2; faults++)
            {
                await FailAsync();
            }
        });
        report(FormattableString.Invariant($"storm, seed {seed}: {faults} faults, {100 * use:0.0} % used"));
    }

    private async Task<double> MeasureUseAsync(Func<Task> act)
    {
        var before = lab.Watch.Busy;
        lab.Watch.IsBusy = true;
        await act();
        lab.Watch.IsBusy = false;
        var after = lab.Watch.Busy;
        return (double)(after.Sessions - before.Sessions) / ((after.Samples - before.Samples) * FleetLab.Budget);
    }

    /// <summary>Half of the instances stop to want anything: how long until the others have their share.</summary>
    private async Task MoveAsync(int rounds)
    {
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var others = lab.All.Where((_, number) => number % 2 == round % 2).ToList();
            await Task.WhenAll(lab.All.Except(others).Select(static instance => instance.Process.WantAsync(0)));
            var started = Stopwatch.GetTimestamp();
            await Patience.SoonAsync(() => others.Sum(static instance => instance.Report.Connections) >= (FleetLab.Budget - (lab.All.Count / 2 * 2)) * 9 / 10);
            times.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            await Task.WhenAll(lab.All.Select(static instance => instance.Process.WantAsync(FleetLab.Budget)));
            await Patience.SoonAsync(() => lab.All.All(static instance => instance.Report.Connections >= 5));
        }

        times.Sort();
        LongestMove = TimeSpan.FromSeconds(times[^1]);
        report(FormattableString.Invariant($"a freed share was used elsewhere after {times[times.Count / 2]:0.00} s (median), {times[^1]:0.00} s (longest of {times.Count})"));
    }

    private async Task FailAsync()
    {
        var number = _random.Next(lab.All.Count);
        var instance = lab.All[number];
        switch (_random.Next(5))
        {
            case 0:
                await instance.Process.KillAsync();
                await instance.DisposeAsync();
                await lab.StartAsync(number);
                await lab.All[number].Process.WantAsync(FleetLab.Budget);
                break;
            case 1:
                await instance.StopAsync();
                await WaitAsync(Frozen);
                await instance.ContinueAsync();
                break;
            case 2:
                instance.Redis.FallSilent();
                await WaitAsync(Frozen);
                instance.Redis.Speak();
                break;
            case 3:
                instance.Redis.FallSilent();
                instance.Database.FallSilent();
                await WaitAsync(Frozen);
                instance.Redis.Speak();
                instance.Database.Speak();
                break;
            default:
                await lab.Redis.KillAsync();
                await lab.Redis.StartAsync();
                await WaitAsync(Frozen);
                break;
        }
    }

    private static Task WaitAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);
}
