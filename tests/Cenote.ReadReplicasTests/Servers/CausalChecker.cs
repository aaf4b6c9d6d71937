using System.Globalization;

namespace Cenote.ReadReplicasTests.Servers;

/// <summary>
/// Clients that write a number higher than before into a row of their own, and then read it several times through the
/// set. A read that finds a lower one is stale. The table is <c>counters</c>, with a row for each client, numbered from
/// 0.
/// </summary>
internal sealed class CausalChecker(ReplicaSet set, string table, int readsAfterWrite)
{
    private long _reads;
    private long _stale;

    internal enum Promise
    {
        /// <summary>None: replicas are a moment behind.</summary>
        None,

        /// <summary>The token of the write is handed on as text, as between two services.</summary>
        Token,

        /// <summary>A scope remembers the writes of its flow.</summary>
        Scope,
    }

    internal long Reads => Volatile.Read(ref _reads);

    internal long Stale => Volatile.Read(ref _stale);

    /// <summary>Runs clients until there were so many reads.</summary>
    internal Task RunAsync(long reads, params Promise[] clients) =>
        Task.WhenAll(clients.Select((promise, client) => Task.Run(() => RunClientAsync(client, promise, reads))));

    private async Task RunClientAsync(int client, Promise promise, long reads)
    {
        for (var number = 1; Reads < reads; number++)
        {
            // A scope for each round, as for each request of a service.
            using var scope = promise == Promise.Scope ? set.BeginCausalScope() : null;
            var text = await WriteAsync(client, number, promise);
            for (var read = 0; read < readsAfterWrite; read++)
            {
                var found = await ReadAsync(client, text);
                Interlocked.Increment(ref _reads);
                if (found < number)
                {
                    Interlocked.Increment(ref _stale);
                }
            }
        }
    }

    private async Task<string?> WriteAsync(int client, int number, Promise promise)
    {
        await using var lease = await set.RentWriteAsync(TestContext.Current.CancellationToken);
        await RealSet.ExecuteAsync(lease.Connection, string.Create(CultureInfo.InvariantCulture, $"UPDATE {table} SET n = {number} WHERE client = {client}"));
        return promise == Promise.Token ? (await set.GetTokenAsync(lease.Connection, TestContext.Current.CancellationToken)).ToString() : null;
    }

    private async Task<long> ReadAsync(int client, string? text)
    {
        await using var lease = text is null
            ? await set.RentReadAsync(TestContext.Current.CancellationToken)
            : await set.RentReadAsync(set.ParseToken(text), TestContext.Current.CancellationToken);
        await using var command = lease.Connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT n FROM {table} WHERE client = {client}");
        return Convert.ToInt64(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
    }
}
