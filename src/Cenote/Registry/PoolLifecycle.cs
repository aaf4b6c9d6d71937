using Cenote.Connections;
using Cenote.Telemetry;

namespace Cenote.Registry;

/// <summary>The beginning and the end of a pool.</summary>
/// <param name="pool">The parts of the pool.</param>
/// <param name="leftBehind">Opens that the pool no longer waits for.</param>
/// <param name="closed">Cancelled when the pool closes.</param>
internal sealed class PoolLifecycle(PoolEngine pool, AbandonedCalls leftBehind, CancellationTokenSource closed)
{
    /// <exception cref="PoolOptionsException">The budget has no room for the pool.</exception>
    internal void Start()
    {
        JoinBudget();
        pool.Journal.Started();
        PoolMetrics.Add(pool);
        DuplicatePoolDetector.Check(pool);
        pool.Desk.Start(pool.Work, pool.RentFailures);
        if (pool.Settings.StartupMode == StartupMode.FailFast)
        {
            RentOnce();
        }

        pool.Maintenance.Start();
    }

    /// <summary>Closes the pool and waits, for a bounded time, until the idle connections are closed.</summary>
    internal void Close()
    {
        var closing = CloseAsync().AsTask();
        closing.Wait(pool.Settings.ValidationTimeout + TimeSpan.FromSeconds(5));
    }

    internal async ValueTask CloseAsync()
    {
        var desk = pool.Desk;
        if (!desk.TryClose())
        {
            return;
        }

        PoolMetrics.Pools.Remove(pool);
        pool.Maintenance.WindDown();
        desk.Share?.Ledger.Leave(desk.Share);
        await closed.CancelAsync().ConfigureAwait(false);
        var allGone = desk.WhenAsync(static counts => counts.Total == 0, failsWithOpens: false, CancellationToken.None, evenWhenClosed: true);
        var idleGone = desk.WhenAsync(static counts => counts.Total == counts.Leased, failsWithOpens: false, CancellationToken.None, evenWhenClosed: true);
        desk.RetireAll(CloseReason.PoolClosed);
        var providerGone = DisposeProviderAsync(allGone);
        pool.Journal.PoolClosed();
        await idleGone.ConfigureAwait(false);

        // Leased connections are closed when they are returned, without a reset. Only the leak scan goes on, and a
        // holder that never returns must not keep the timer, and with it the pool, alive for ever.
        pool.Maintenance.Linger();
        if (desk.Count().Total == 0 && leftBehind.IsEmpty)
        {
            await providerGone.ConfigureAwait(false);
        }
    }

    /// <summary>Disposes of the provider after the last lease has ended, and the last late open.</summary>
    private async Task DisposeProviderAsync(Task allGone)
    {
        await allGone.ConfigureAwait(false);
        pool.Maintenance.Finish();
        await leftBehind.WhenEmptyAsync().ConfigureAwait(false);
        await pool.Provider.DisposeAsync().ConfigureAwait(false);
    }

    private void JoinBudget()
    {
        var settings = pool.Settings;
        var guaranteed = Math.Max(settings.MinSize, settings.Followed.GuaranteedSize);
        if (settings.Budget is { } budget && !pool.Desk.TryJoin(budget.Ledger, guaranteed))
        {
            throw new PoolOptionsException(settings.Name, [budget.DescribeExcess(guaranteed)]);
        }
    }

    /// <summary>Rents once, to check that a connection can be opened.</summary>
    private void RentOnce()
    {
        try
        {
            pool.Rents.RentPlain(default, CancellationToken.None).Dispose();
        }
        catch (PoolException exception)
        {
            Close();
            if (exception is not (PoolTimeoutException or CircuitOpenException))
            {
                throw;
            }

            throw pool.RentFailures.NotStarted(exception);
        }
    }
}
