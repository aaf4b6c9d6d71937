using CsCheck;

namespace Cenote.Tests.LeakDetection;

/// <summary>
/// Leases are revoked at random while they are rented, used, returned, dropped, and while the pool is disposed of.
/// </summary>
public sealed class RevocationStormTests
{
    private static readonly Gen<(int Seed, int Size, int Actors, int Steps, SessionReset Way, bool Inline, bool Disposes)> Storms =
        Gen.Select(Gen.Int, Gen.Int[1, 4], Gen.Int[2, 8], Gen.Int[10, 60], Gen.Bool.Select(own => own ? SessionReset.ByPool : SessionReset.ByDriver), Gen.Bool, Gen.Bool);

    [Fact]
    public void No_revoked_connection_is_rented_again_and_nothing_is_lost() =>
        Storms.Sample(storm => Play(storm.Seed, storm.Size, storm.Actors, storm.Steps, storm.Way, storm.Inline, storm.Disposes), iter: 150, threads: 1);

    private static void Play(int seed, int size, int actors, int steps, SessionReset way, bool inline, bool disposes)
    {
        var database = new StubDatabase().WatchHotCalls();
        var pool = new ConnectionPool(
            new StubProvider(database) { Clearing = way, ClearsInline = inline },
            new ConnectionPoolOptions { Name = "storm", MinSize = 0, MaxSize = size, MaxOpenRetries = 0 });
        var running = actors;
        var revoker = Patience.OnOwnThread(() => Revoke(pool, new Random(seed), () => Volatile.Read(ref running) > 0));
        var everyone = Enumerable.Range(0, actors).Select(number => Task.Run(async () =>
        {
            var random = new Random(unchecked((seed * 397) ^ number));
            for (var i = 0; i < steps; i++)
            {
                await (random.Next(3) == 0 ? UseConnectionAsync(pool, random) : UseLeaseAsync(pool, random));
            }

            Interlocked.Decrement(ref running);
        })).ToArray();
        if (disposes)
        {
            everyone[0].Soon().GetAwaiter().GetResult();
            pool.Dispose();
        }

        Task.WhenAll(everyone).Soon().GetAwaiter().GetResult();
        var revoked = revoker.Soon().GetAwaiter().GetResult();
        pool.DisposeAsync().Soon().GetAwaiter().GetResult();
        database.SessionsAre(0).Soon().GetAwaiter().GetResult();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (pool.GetStatistics() is var last && (last.ConnectionsOpened != database.Opened || last.ConnectionsOpened != last.ConnectionsClosed || last.Counts.Total != 0))
        {
            Assert.True(watch.Elapsed < Patience.Limit, $"{last}");
        }

        var statistics = pool.GetStatistics();
        Assert.Equal(revoked, statistics.LeasesRevoked);
        Assert.Equal(revoked, statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.Revoked));
        Assert.True(database.PeakSessions <= size, $"{database.PeakSessions} sessions at once");

        // A lease that is revoked while it begins finds its session gone: it is void, and the caller gets another.
        Assert.DoesNotContain(database.Violations, static violation => !violation.Contains("known to be gone when a lease began", StringComparison.Ordinal));
    }

    private static long Revoke(ConnectionPool pool, Random random, Func<bool> goesOn)
    {
        var revoked = 0L;
        while (goesOn())
        {
            foreach (var lease in pool.GetLeases().Where(_ => random.Next(4) == 0))
            {
                revoked += pool.TryRevoke(lease) ? 1 : 0;
            }

            Thread.Yield();
        }

        return revoked;
    }

    private static async Task UseLeaseAsync(ConnectionPool pool, Random random)
    {
        try
        {
            var lease = await pool.RentAsync();
            try
            {
                // What a careless holder keeps: it must fail, or be this lease's own session still.
                var kept = lease.Stub();
                if (random.Next(2) == 0)
                {
                    await Task.Yield();
                }

                kept.BeginUse();
                kept.EndUse();
                Assert.True(!lease.IsActive || lease.SessionId() == kept.Session!.Id);
            }
            finally
            {
                if (random.Next(4) == 0)
                {
                    await Task.WhenAll(Task.Run(lease.Dispose), Task.Run(lease.RetireOnReturn));
                }
                else
                {
                    await lease.DisposeAsync();
                }
            }
        }
        catch (Exception exception) when (exception is LeaseRevokedException or StubException or PoolClosedException or InvalidOperationException)
        {
            // The last of these for a holder so late that dozens were revoked in its slot meanwhile.
        }
    }

    private static async Task UseConnectionAsync(ConnectionPool pool, Random random)
    {
        try
        {
            await using var connection = await pool.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            if (random.Next(4) > 0)
            {
                await command.ExecuteScalarAsync();
            }
        }
        catch (Exception exception) when (exception is LeaseRevokedException or StubException or PoolClosedException or InvalidOperationException)
        {
            // The last of these for a holder so late that dozens were revoked in its slot meanwhile.
        }
    }
}
