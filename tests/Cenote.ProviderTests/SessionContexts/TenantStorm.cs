using System.Collections.Concurrent;
using System.Globalization;

namespace Cenote.ProviderTests.SessionContexts;

/// <summary>
/// Leases of many tenants at once. Each reads all that its session may read, and leaves something behind at random.
/// Others kill sessions and revoke leases meanwhile.
/// </summary>
internal sealed class TenantStorm(ConnectionPool pool, TenantTable table, int leases)
{
    private const int Workers = 16;

    // One fault for this many leases, so that a longer run has more of them.
    private const int LeasesForEachKill = 50;
    private const int LeasesForEachRevocation = 80;

    private static readonly string[] Leftovers =
    [
        "SELECT set_config('app.tenant', 'tenant1', false)",
        "SELECT set_config('app.tenant', '', false)",
        "RESET app.tenant",
        "RESET ALL",
        "SET ROLE NONE",
        "BEGIN; SELECT set_config('app.tenant', 'tenant2', false)",
        "BEGIN; SELECT set_config('app.tenant', 'tenant3', true)",
        "SELECT * FROM no_such_table",
        "BEGIN; SELECT * FROM no_such_table",
        "PREPARE s AS SELECT 1",
    ];

    private int _begun;
    private int _reads;
    private int _foreign;
    private int _missing;
    private int _failures;
    private int _cancellations;
    private int _kills;
    private int _revocations;

    internal int Reads => _reads;

    internal int ForeignRows => _foreign;

    internal int MissingRows => _missing;

    internal ConcurrentQueue<Exception> Unexpected { get; } = new();

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_begun:N0} leases of {table.Tenants:N0} tenants, {_reads:N0} reads, {_foreign} foreign rows, {_missing} missing rows; {_cancellations:N0} cancelled, {_failures:N0} failed, {_kills:N0} sessions killed, {_revocations:N0} leases revoked, {pool.GetStatistics().SessionContextsKept:N0} contexts kept; {pool.GetStatistics()}");

    internal async Task RunAsync()
    {
        await using var administrator = await TenantTable.ConnectAsync();

        // Before the first context, a pool that resets nothing leaves what holders set by hand, as it should.
        using (await pool.RentAsync(SessionContext.Empty.With("app.tenant", "tenant1").WithRole(table.Role)))
        {
        }

        var workers = Enumerable.Range(1, Workers).Select(seed => Task.Run(() => WorkAsync(new Random(seed)))).ToArray();
        var all = Task.WhenAll(workers);
        var random = new Random(0);
        while (!all.IsCompleted)
        {
            var begun = Volatile.Read(ref _begun);
            if (_kills < begun / LeasesForEachKill)
            {
                _kills += await administrator.ScalarAsync<int>($"SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE application_name = '{table.Name}' ORDER BY random() LIMIT 1) s");
            }

            if (_revocations < begun / LeasesForEachRevocation && Pick(random) is { } lease && pool.TryRevoke(lease))
            {
                _revocations++;
            }

            await Task.WhenAny(all, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System));
        }

        await all;
    }

    private LeaseInfo? Pick(Random random) => pool.GetLeases() is { Count: > 0 } held ? held[random.Next(held.Count)] : null;

    private async Task WorkAsync(Random random)
    {
        while (Interlocked.Increment(ref _begun) <= leases)
        {
            using var cancel = new CancellationTokenSource();
            if (random.Next(12) == 0)
            {
                cancel.CancelAfter(TimeSpan.FromMicroseconds(random.Next(3_000)));
            }

            try
            {
                await LeaseAsync(random, cancel.Token);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancellations);
            }
            catch (Exception exception) when (exception is DbException or ObjectDisposedException or InvalidOperationException or IOException)
            {
                // A killed session, a revoked lease, a statement that fails.
                Interlocked.Increment(ref _failures);
            }
            catch (Exception exception)
            {
                Unexpected.Enqueue(exception);
            }
        }

        Interlocked.Decrement(ref _begun);
    }

    private async Task LeaseAsync(Random random, CancellationToken cancellationToken)
    {
        var tenant = random.Next(8) == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"tenant{random.Next(table.Tenants) + 1}");
        var context = tenant is null ? SessionContext.Empty : SessionContext.Empty.With("app.tenant", tenant);
        context = random.Next(5) == 0 ? context.WithRole(table.Role) : context;
        switch (random.Next(4))
        {
            case 0:
                await using (var lease = await pool.RentAsync(context, cancellationToken))
                {
                    await UseAsync(lease.Connection, tenant, random, cancellationToken);
                }

                break;
            case 1:
                using (context.BeginScope())
                {
                    await using var connection = await pool.OpenConnectionAsync(cancellationToken);
                    await UseAsync(connection, tenant, random, cancellationToken);
                }

                break;
            case 2:
                using (context.BeginScope())
                {
                    await using var connection = pool.CreateConnection();
                    connection.Open();
                    await UseAsync(connection, tenant, random, cancellationToken);
                }

                break;
            default:
                using (context.BeginScope())
                {
                    await pool.ExecuteAsync((connection, token) => UseAsync(connection, tenant, random, token), cancellationToken: cancellationToken);
                }

                break;
        }
    }

    private async Task UseAsync(DbConnection connection, string? tenant, Random random, CancellationToken cancellationToken)
    {
        for (var reads = random.Next(2); reads >= 0; reads--)
        {
            var (own, foreign) = await table.ReadAsync(connection, tenant, cancellationToken);
            Interlocked.Increment(ref _reads);
            Interlocked.Add(ref _foreign, foreign);
            Interlocked.Add(ref _missing, tenant is null ? 0 : TenantTable.RowsOfTenant - own);
        }

        if (random.Next(3) == 0)
        {
            await using var leave = connection.CreateCommand();
            leave.CommandText = Leftovers[random.Next(Leftovers.Length)];
            await leave.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
