using System.Globalization;

namespace Cenote.AdoNetTests;

/// <summary>
/// Statements are cancelled, or run out of time, around the moment at which they end; a caller that
/// gets the connection next runs a statement that is long enough to be hit by a cancel that is late. None ever is. Set
/// CENOTE_CANCEL_ROUNDS for a longer run.
/// </summary>
public class LateCancelTests
{
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("CENOTE_CANCEL_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 30;

    public enum Way
    {
        Token,
        Cancel,
        Timeout,
        ReaderToken,
    }

    public static MatrixTheoryData<Db, Way> EveryWay => new(Enum.GetValues<Db>(), Enum.GetValues<Way>());

    [Theory]
    [MemberData(nameof(EveryWay))]
    public async Task The_next_holder_is_never_cancelled(Db db, Way way)
    {
        await using var pool = TestPool.Create(db);
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var ended = 0;
        var milliseconds = 4;
        var rounds = Rounds;
        for (var round = 0; round < rounds; round++)
        {
            await using (var holder = await pool.OpenConnectionAsync())
            {
                ended += await RunAsync(holder, db, way, milliseconds, TimeSpan.FromMicroseconds(random.Next(500, 8000))) ? 1 : 0;
            }

            try
            {
                await using var next = await pool.OpenConnectionAsync();
                await next.RunAsync(Lasting(db, 3));
            }
            catch (DbException exception)
            {
                Assert.Fail($"round {round} of seed {seed}: {exception}");
            }

            // How long a statement takes, and how late a timer is, is the machine's affair: other lengths are tried
            // until some statements were cut off and some were not.
            if (round == rounds - 1 && (ended == 0 || ended == rounds) && rounds < 5 * Rounds)
            {
                milliseconds = ended == 0 ? milliseconds * 4 : 1;
                rounds += Rounds;
            }
        }

        // Else nothing was shown.
        Assert.InRange(ended, 1, rounds - 1);
        var statistics = pool.GetStatistics();
        Assert.Equal(statistics.ConnectionsOpened - 1, statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.CancelOutcomeUnknown));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_cancel_that_races_with_the_closing_of_a_reader_never_reaches_the_next_holder(Db db)
    {
        await using var pool = TestPool.Create(db);
        for (var round = 0; round < Rounds; round++)
        {
            await using (var holder = await pool.OpenConnectionAsync())
            {
                await using var command = holder.Command(Sql.Numbers(1000));
                var reader = await command.ExecuteReaderAsync();
                Assert.True(await reader.ReadAsync());
                var cancelling = Task.Run(command.Cancel);
                await Record.ExceptionAsync(async () => await reader.DisposeAsync());
                if (round % 2 == 0)
                {
                    await cancelling;
                }
            }

            await using var next = await pool.OpenConnectionAsync();
            await next.RunAsync(Lasting(db, 3));
        }

        var statistics = pool.GetStatistics();
        Assert.Equal(statistics.ConnectionsOpened - 1, statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.CancelOutcomeUnknown));
    }

    /// <returns>Whether the statement was cut off.</returns>
    private static async Task<bool> RunAsync(PooledConnection holder, Db db, Way way, int milliseconds, TimeSpan after)
    {
        await using var command = holder.Command(Lasting(db, milliseconds));
        using var source = new CancellationTokenSource();
        try
        {
            switch (way)
            {
                case Way.Timeout:
                    holder.QueryTimeout = TimeSpan.FromMilliseconds(Math.Max(1, Math.Round(after.TotalMilliseconds)));
                    command.ExecuteScalar();
                    return false;
                case Way.Cancel:
                    using (source.Token.Register(command.Cancel))
                    {
                        source.CancelAfter(after);
                        await command.ExecuteScalarAsync(CancellationToken.None);
                    }

                    return false;
                case Way.ReaderToken:
                    source.CancelAfter(after);
                    await using (var reader = await command.ExecuteReaderAsync(source.Token))
                    {
                        while (await reader.ReadAsync(source.Token))
                        {
                        }
                    }

                    return false;
                default:
                    source.CancelAfter(after);
                    await command.ExecuteScalarAsync(source.Token);
                    return false;
            }
        }
        catch (Exception exception) when (exception is DbException or OperationCanceledException)
        {
            return true;
        }
    }

    private static string Lasting(Db db, int milliseconds) => db switch
    {
        Db.Sqlite => $"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {milliseconds * 8000}) SELECT count(*) FROM n",
        Db.MariaDb => FormattableString.Invariant($"SELECT SLEEP({milliseconds / 1000.0:0.000})"),
        _ => FormattableString.Invariant($"SELECT pg_sleep({milliseconds / 1000.0:0.000})"),
    };
}
