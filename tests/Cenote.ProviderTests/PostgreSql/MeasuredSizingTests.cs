using System.Globalization;
using Cenote.PostgreSql;

namespace Cenote.ProviderTests.PostgreSql;

/// <summary>
/// The measured size on a real server: decisions with evidence. CENOTE_SIZING_LAB=60 gives the policy so many
/// seconds to find the size instead, and asserts that it meets the targets beside the best fixed size.
/// </summary>
public sealed class MeasuredSizingTests(ITestOutputHelper output)
{
    private const int Callers = 32;

    public static TheoryData<string> Work => LabSeconds > 0 ? [.. SizingWork.All] : [SizingWork.Computing, SizingWork.Locking];

    private static int LabSeconds => int.TryParse(Environment.GetEnvironmentVariable("CENOTE_SIZING_LAB"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;

    [Theory]
    [MemberData(nameof(Work))]
    public async Task Size_is_measured_on_a_real_server(string work)
    {
        await using var database = await OwnDatabase.CreateAsync();
        var statement = await SizingWork.PrepareAsync(database, work);
        if (LabSeconds > 0)
        {
            await new SizingLab(database, work, statement, TimeSpan.FromSeconds(LabSeconds), output).RunAsync();
            return;
        }

        await using var pool = new ConnectionPool(
            new PostgreSqlProvider(database.ConnectionString),
            new ConnectionPoolOptions { Name = "sizing", MinSize = 1, MaxSize = 100, SizingPolicy = new MeasuredSizingPolicy() });
        using var stop = new CancellationTokenSource();
        var load = SizingWork.LoadAsync(pool, statement, Callers, stop.Token);
        await Patience.SoonAsync(() => new ValueTask<bool>(Decisions(pool).Count() >= 2), () => string.Join("; ", Decisions(pool)));
        await stop.CancelAsync();
        await load;
        output.WriteLine(string.Join('\n', Decisions(pool)));
        Assert.Contains(Decisions(pool), static made => made.Contains("leases/s", StringComparison.Ordinal));
    }

    internal static IEnumerable<string> Decisions(ConnectionPool pool)
        => pool.GetEvents().Where(static happened => happened.Kind == PoolEventKind.Resized).Select(static made => $"{made.Time:HH:mm:ss} {made.Message}");
}
