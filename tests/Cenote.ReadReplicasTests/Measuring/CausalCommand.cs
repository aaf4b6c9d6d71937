using System.Data.Common;
using System.Globalization;
using Cenote.Reporting;
using Cenote.ReadReplicasTests.MariaDb;
using Cenote.ReadReplicasTests.PostgreSql;

namespace Cenote.ReadReplicasTests.Measuring;

/// <summary>
/// Measures how long a read with a token waits for a replica that takes 20 ms to apply a write, in turns with one
/// client that asks the replica for its position without a pause: no read can go on sooner.
/// </summary>
internal static class CausalCommand
{
    private static readonly TimeSpan ApplyTime = TimeSpan.FromMilliseconds(20);

    internal static async Task<int> RunAsync(int rounds)
    {
        Console.WriteLine("| database | read with a token, median | 90% below | busy poll, median | 90% below | ratio of the medians | median of the pairs' ratios | questions of the busy poll | served by the replica |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        await using (var lab = await MariaDbLab.StartAsync())
        {
            // Applied by a trigger that only the replica has, and that its own log does not.
            await lab.Replica.ExecuteAsync(
                "SET sql_log_bin = 0",
                "SET GLOBAL slave_run_triggers_for_rbr = YES",
                string.Create(CultureInfo.InvariantCulture, $"CREATE TRIGGER lab.slow BEFORE INSERT ON lab.notes FOR EACH ROW DO SLEEP({ApplyTime.TotalSeconds})"));
            await MeasureAsync("MariaDB", MariaDbLab.NewProvider(lab.Primary), MariaDbLab.NewProvider(lab.Replica), lab.Primary.Insert(1), rounds);
        }

        await using (var lab = await PostgreSqlLab.StartAsync(replicas: 1))
        {
            await lab.Replica.DelayReplayAsync(ApplyTime);
            await MeasureAsync("PostgreSQL", PostgreSqlLab.NewProvider(lab.Primary), PostgreSqlLab.NewProvider(lab.Replica), lab.Primary.Insert(1), rounds);
        }

        Console.WriteLine();
        foreach (var line in Machine.Describe())
        {
            Console.WriteLine(line);
        }

        return 0;
    }

    private static async Task MeasureAsync(string database, DatabaseProvider primary, DatabaseProvider replica, string insert, int rounds)
    {
        await using var set = new ReplicaSetBuilder("causal")
            .AddPrimary("primary", pool => pool.UseProvider(primary).WithSize(2, 4))
            .AddReplica("replica", pool => pool.UseProvider(replica).WithSize(2, 4))
            .Build();
        await set.WaitUntilReadyAsync();
        await using var write = await set.OpenWriteConnectionAsync();
        await using var asked = await set.Servers[1].Pool.OpenConnectionAsync();

        // The first ones open connections and compile code.
        for (var round = 0; round < 20; round++)
        {
            await ReadAsync(set, await WriteAsync(set, write, insert));
            await PollAsync(replica, asked, await WriteAsync(set, write, insert));
        }

        List<double> reads = [];
        List<double> polls = [];
        var questions = 0L;
        var before = set.GetStatistics();
        for (var round = 0; round < rounds; round++)
        {
            reads.Add(await ReadAsync(set, await WriteAsync(set, write, insert)));
            var (time, asks) = await PollAsync(replica, asked, await WriteAsync(set, write, insert));
            polls.Add(time);
            questions += asks;
        }

        var after = set.GetStatistics();
        var ratios = reads.Zip(polls, static (read, poll) => read / poll).ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {database} | {Percentile(reads, 0.5):F1} ms | {Percentile(reads, 0.9):F1} ms | {Percentile(polls, 0.5):F1} ms | {Percentile(polls, 0.9):F1} ms | {Percentile(reads, 0.5) / Percentile(polls, 0.5):F2} | {Percentile(ratios, 0.5):F2} | {(double)questions / rounds:F0} | {after.CausalReadsAfterWait - before.CausalReadsAfterWait} of {rounds} |"));
    }

    private static async Task<CausalToken> WriteAsync(ReplicaSet set, DbConnection write, string insert)
    {
        await using var command = write.CreateCommand();
        command.CommandText = insert;
        await command.ExecuteNonQueryAsync();
        return await set.GetTokenAsync(write);
    }

    /// <returns>Milliseconds from the token to the connection.</returns>
    private static async Task<double> ReadAsync(ReplicaSet set, CausalToken token)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var lease = await set.RentReadAsync(token);
        return TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <returns>Milliseconds from the token to the answer that covers it, and the number of questions.</returns>
    private static async Task<(double Time, int Questions)> PollAsync(DatabaseProvider provider, DbConnection connection, CausalToken token)
    {
        var driver = ((PooledConnection)connection).Unwrap<DbConnection>();
        var started = TimeProvider.System.GetTimestamp();
        var questions = 1;
        while ((await provider.ReadPositionAsync(driver, CancellationToken.None))?.Covers(token.Position) != true)
        {
            questions++;
        }

        return (TimeProvider.System.GetElapsedTime(started).TotalMilliseconds, questions);
    }

    private static double Percentile(List<double> values, double part) => values.Order().ElementAt((int)(values.Count * part));
}
