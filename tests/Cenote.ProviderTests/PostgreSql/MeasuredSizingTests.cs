using System.Globalization;
using Cenote.PostgreSql;

namespace Cenote.ProviderTests.PostgreSql;

/// <summary>
/// The measured size on a real server, with work that its cores limit, and with work that waits for one row's lock.
/// CENOTE_SIZING_LAB=seconds runs for so long, and prints it beside a sweep of fixed sizes, and utilization.
/// </summary>
public sealed class MeasuredSizingTests(ITestOutputHelper output)
{
    private const int Largest = 100;
    private const string Computing = "SELECT sum(i * i) FROM generate_series(1, 3000) AS i";
    private const string Locking = "UPDATE counter SET value = value + 1 WHERE id = 1";

    private static int Callers => LabSeconds > 0 ? Largest : 32;

    private static int LabSeconds => int.TryParse(Environment.GetEnvironmentVariable("CENOTE_SIZING_LAB"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;

    [Theory]
    [InlineData("computing", Computing)]
    [InlineData("locking", Locking)]
    public async Task Size_is_measured_on_a_real_server(string work, string statement)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using (var connection = await database.ConnectAsync())
        {
            await connection.ExecuteAsync("CREATE TABLE counter (id int PRIMARY KEY, value bigint); INSERT INTO counter VALUES (1, 0)");
        }

        if (LabSeconds > 0)
        {
            await SweepAsync(database, work, statement);
        }

        var (measured, events, size) = await RunAsync(
            database,
            statement,
            new ConnectionPoolOptions { MinSize = 1, MaxSize = Largest, SizingPolicy = new MeasuredSizingPolicy() },
            pool => LabSeconds > 0
                ? PassAsync(LabSeconds / 2.0)
                : Patience.SoonAsync(() => new ValueTask<bool>(Decisions(pool).Count() >= 2), () => string.Join("; ", Decisions(pool).Select(static made => made.Message))),
            settle: LabSeconds);

        foreach (var made in events)
        {
            output.WriteLine($"{made.Time:HH:mm:ss} {made.Message}");
        }

        output.WriteLine($"{work}: measured: {measured:N0} leases/s with {size}");
        Assert.Contains(events, static made => made.Message.Contains("leases/s", StringComparison.Ordinal));
        Assert.True(LabSeconds == 0 || events.Any(static made => made.Message.Contains("saturated", StringComparison.Ordinal)), "no saturation was found");
    }

    private async Task SweepAsync(OwnDatabase database, string work, string statement)
    {
        foreach (var size in new[] { 1, 2, 3, 4, 6, 8, 10, 16, 24, Largest })
        {
            var (throughput, _, _) = await RunAsync(
                database, statement, new ConnectionPoolOptions { MinSize = size, MaxSize = size }, static _ => PassAsync(LabSeconds / 10.0), settle: 2);
            output.WriteLine($"{work}: fixed {size}: {throughput:N0} leases/s");
        }

        var (utilized, _, grown) = await RunAsync(
            database,
            statement,
            new ConnectionPoolOptions { MinSize = 1, MaxSize = Largest, SizingPolicy = new UtilizationSizingPolicy() },
            static _ => PassAsync(LabSeconds / 10.0),
            settle: LabSeconds);
        output.WriteLine($"{work}: utilization: {utilized:N0} leases/s with {grown}");
    }

    private static Task PassAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);

    private static IEnumerable<PoolEvent> Decisions(ConnectionPool pool) => pool.GetEvents().Where(static happened => happened.Kind == PoolEventKind.Resized);

    private static async Task<(double Throughput, List<PoolEvent> Events, int Size)> RunAsync(
        OwnDatabase database, string statement, ConnectionPoolOptions options, Func<ConnectionPool, Task> wait, double settle)
    {
        options.Name = "sizing";
        await using var pool = new ConnectionPool(new PostgreSqlProvider(database.ConnectionString), options);
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await using var lease = await pool.RentAsync();
                await lease.Connection.ExecuteAsync(statement);
            }
        })).ToArray();
        await PassAsync(settle);
        var (rents, started) = (pool.GetStatistics().Rents, Environment.TickCount64);
        await wait(pool);
        var throughput = (pool.GetStatistics().Rents - rents) * 1000.0 / Math.Max(1, Environment.TickCount64 - started);
        var events = Decisions(pool).ToList();
        var size = pool.GetStatistics().Counts.Limit;
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        return (throughput, events, size);
    }
}
