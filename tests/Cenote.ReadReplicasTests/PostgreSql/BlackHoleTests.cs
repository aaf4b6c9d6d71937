using System.Diagnostics;
using System.Globalization;
using Cenote.ReadReplicasTests.Servers;
using Cenote.TestServers.Proxy;

namespace Cenote.ReadReplicasTests.PostgreSql;

/// <summary>
/// A replica whose host takes everything and says nothing, as one that lost its power behind a switch.
/// </summary>
public sealed class BlackHoleTests : IAsyncLifetime
{
    private const int Clients = 4;
    private const int Reads = 2_000;

    // A machine that is busy with something else may stretch one of the two measurements; a caller who waits on a dead
    // host waits in every round.
    private const int Rounds = 5;

    private PostgreSqlLab _lab = null!;
    private FaultProxy _proxy = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await PostgreSqlLab.StartAsync(replicas: 2);
        _proxy = new FaultProxy(_lab.Servers[2].Port, _lab.Servers[2].IsRequest);
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _lab.DisposeAsync();
    }

    [Fact]
    public async Task Reads_take_at_most_twice_the_time_with_one_replica_in_a_black_hole()
    {
        List<string> rounds = [];
        for (var round = 0; round < Rounds; round++)
        {
            await using var real = await RealSet.StartAsync(
                [
                    PostgreSqlLab.NewProvider(_lab.Servers[0]),
                    PostgreSqlLab.NewProvider(_lab.Servers[1]),
                    new PostgreSqlProvider(PostgreSqlLab.ConnectionString(_lab.Servers[2], _proxy.Port)),
                ],
                static options => options.ProbeTimeout = TimeSpan.FromSeconds(1),
                poolSize: Clients);
            await MeasureAsync(real, Reads / 2, beforeWaiting: null);
            var healthy = await MeasureAsync(real, Reads, beforeWaiting: null);
            _proxy.Begin(NetworkFault.SilenceAfterAccept);

            // Callers that were on the server when it went silent have their answers when the network resets their
            // connections: they count, too.
            var dark = await MeasureAsync(real, Reads, async () =>
            {
                await real.Change(TopologyChangeKind.ReplicaEvicted, "db3");
                _proxy.Begin(NetworkFault.Reset);
            });
            _proxy.End();
            rounds.Add(string.Create(CultureInfo.InvariantCulture, $"healthy {healthy.TotalMilliseconds:0.00} ms, with a black hole {dark.TotalMilliseconds:0.00} ms"));
            if (dark <= 2 * healthy)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(string.Join("; ", rounds));
                return;
            }
        }

        Assert.Fail($"99 of 100 reads took at most: {string.Join("; ", rounds)}.");
    }

    /// <summary>The time within which 99 of 100 reads were over, failed ones included.</summary>
    private static async Task<TimeSpan> MeasureAsync(RealSet real, int reads, Func<Task>? beforeWaiting)
    {
        var left = reads;
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            List<TimeSpan> times = [];
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var started = Stopwatch.GetTimestamp();
                try
                {
                    await real.ReadAsync("SELECT 1");
                }
                catch (Exception exception) when (exception is System.Data.Common.DbException or PoolException)
                {
                    // It was on the server when that went silent.
                }

                times.Add(Stopwatch.GetElapsedTime(started));
            }

            return times;
        })).ToArray();
        if (beforeWaiting is not null)
        {
            await beforeWaiting();
        }

        var all = (await Task.WhenAll(clients).Soon()).SelectMany(static times => times).Order().ToList();
        return all[all.Count * 99 / 100];
    }
}
