namespace Cenote.SharedBudgetTests.Lab;

/// <summary>
/// Processes that are killed, frozen and cut off while Redis restarts. The count of the server is compared with the
/// budget every 10 ms. The long form, with eight processes: CENOTE_SHARED_LAB=SECONDS, CENOTE_SHARED_SEED.
/// </summary>
[Collection(nameof(RunsAlone))]
public sealed class FleetLabTests(ITestOutputHelper output)
{
    private const int Enough = FleetLab.Budget * 9 / 10;

    [Fact]
    public async Task The_server_counts_no_more_sessions_than_the_budget()
    {
        var seconds = Read("CENOTE_SHARED_LAB");

        // As few as the faults below need: processes are most of what this test costs.
        await using var lab = await FleetLab.BeginAsync(seconds is null ? 5 : 8);
        await WantAsync(lab, static _ => FleetLab.Budget);
        await SoonAsync(lab, () => lab.Watch.Latest >= Enough);

        // What two no longer want goes to the others.
        await WantAsync(lab, static number => number < 2 ? 0 : FleetLab.Budget);
        await SoonAsync(lab, () => lab.All.Skip(2).Sum(static instance => instance.Report.Connections) >= Enough - 4);

        await WantAsync(lab, static _ => FleetLab.Budget);
        await lab.All[0].Process.KillAsync();
        await lab.All[1].StopAsync();
        lab.All[2].Redis.FallSilent();
        lab.All[3].Redis.FallSilent();
        lab.All[3].Database.FallSilent();
        await SoonAsync(lab, () => lab.All[2].Report.State == "Alone" && lab.All[4].Report.Granted > 8);

        await lab.Redis.KillAsync();
        await lab.Redis.StartAsync();
        await lab.All[1].ContinueAsync();
        lab.All[2].Redis.Speak();
        lab.All[3].Redis.Speak();
        lab.All[3].Database.Speak();
        await lab.All[0].DisposeAsync();
        await lab.StartAsync(0);
        await lab.All[0].Process.WantAsync(FleetLab.Budget);
        await SoonAsync(
            lab,
            () => lab.Watch.Latest >= Enough && lab.All.All(static instance => instance.Report is { State: "Granted", Granted: >= 5 }));

        if (seconds is { } length)
        {
            var storm = new FleetStorm(lab, Read("CENOTE_SHARED_SEED") ?? 1, output.WriteLine);
            await storm.RunAsync(TimeSpan.FromSeconds(length));
            Assert.InRange(storm.CalmUse, 0.9, 1);
            Assert.InRange(storm.LongestMove, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }

        output.WriteLine(Describe(lab));
        Assert.Equal(0, lab.Watch.Above);
    }

    private static int? Read(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Task SoonAsync(FleetLab lab, Func<bool> isMet) => Patience.SoonAsync(() => new ValueTask<bool>(isMet()), () => Describe(lab));

    private static Task WantAsync(FleetLab lab, Func<int, int> callers) =>
        Task.WhenAll(lab.All.Select((instance, number) => instance.Process.WantAsync(callers(number))));

    private static string Describe(FleetLab lab) => FormattableString.Invariant(
        $"at the server at most {lab.Watch.Most} of {FleetLab.Budget}, {lab.Watch.Above} of {lab.Watch.Samples} samples above, now {lab.Watch.Latest}: {string.Join(", ", lab.All.Select(static instance => FormattableString.Invariant($"{instance.Report.State} {instance.Report.Connections}/{instance.Report.Granted}")))}");
}
