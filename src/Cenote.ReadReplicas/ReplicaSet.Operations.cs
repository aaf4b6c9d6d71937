using Cenote.ReadReplicas.Diagnosing;
using Cenote.ReadReplicas.Events;
using Cenote.ReadReplicas.Options;
using Cenote.ReadReplicas.Telemetry;
using Cenote.Time;

namespace Cenote;

// What an operator looks at and does.
public sealed partial class ReplicaSet
{
    private readonly Lazy<Task> _closing;
    private readonly object _changing = new();

    /// <summary>
    /// Occurs after each change of the topology, in order, on the thread pool, without a lock. Exceptions of handlers
    /// are logged.
    /// </summary>
    public event EventHandler<TopologyChangedEventArgs>? TopologyChanged
    {
        add => _journal.Changed.Occurred += value;
        remove => _journal.Changed.Occurred -= value;
    }

    /// <summary>Returns the last changes of the topology, the oldest first; at most 200.</summary>
    public IReadOnlyList<TopologyChange> GetTopologyChanges() => _journal.Read();

    /// <summary>
    /// Diagnoses the set: its primary and the state of its servers. Each server's pool has its own diagnosis
    /// (<see cref="ConnectionPool.Diagnose"/>).
    /// </summary>
    public Diagnosis Diagnose() => ReplicaSetDiagnoser.Diagnose(GetStatistics());

    /// <summary>Returns a snapshot of the servers and their use.</summary>
    public ReplicaSetStatistics GetStatistics() => new()
    {
        SetName = Name,
        Time = _options.TimeProvider.GetUtcNow(),
        Primary = Primary?.Name,
        Servers = [.. _servers.Select(static server => new ReplicaSetServerStatistics(server))],
        Failovers = _keeper.Failovers,
        ReadsOnPrimary = _parts.Counters.ReadsOnPrimary,
        CurrentReadsOnPrimary = _spillOver.Reads.Count,
        ReadsRefused = _parts.Counters.ReadsRefused,
        WritesRefused = _parts.Counters.WritesRefused,
        CausalReadsImmediate = _parts.Counters.CausalImmediate,
        CausalReadsAfterWait = _parts.Counters.CausalAfterWait,
        CausalReadsOnPrimary = _parts.Counters.CausalOnPrimary,
    };

    /// <summary>
    /// Applies changed settings to the running set: all but <see cref="ReplicaSetOptions.Name"/>,
    /// <see cref="ReplicaSetOptions.TokenSigningKeys"/>, <see cref="ReplicaSetOptions.TimeProvider"/> and
    /// <see cref="ReplicaSetOptions.LoggerFactory"/>. Callers and probes under way end by the old ones or the new ones.
    /// </summary>
    /// <param name="options">All settings, not only the changed ones. Read once.</param>
    /// <returns>The names of changed settings that only a new set can apply.</returns>
    /// <exception cref="ReplicaSetOptionsException">Settings are invalid; lists every problem. Nothing is
    /// changed.</exception>
    public IReadOnlyList<string> Reconfigure(ReplicaSetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var changed = new ReplicaSetOptions(options);
        if (ReplicaSetProblems.Of(changed).ToList() is { Count: > 0 } problems)
        {
            throw new ReplicaSetOptionsException(Name, problems);
        }

        changed.TimeProvider = QuietTimeProvider.Of(changed.TimeProvider);
        lock (_changing)
        {
            if (FollowedSettings.Apply(_options, changed) is { Count: > 0 } changes)
            {
                ReplicaSetLog.Reconfigured(_logger, Name, string.Join(", ", changes));
                foreach (var probe in _parts.Probes)
                {
                    // A probe that waits for the old interval would follow late.
                    probe.Hurry();
                }
            }

            return [.. FollowedSettings.FindFixedChanges(_options, changed)];
        }
    }

    /// <summary>Probes every server now, and waits until the results are processed.</summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <exception cref="ReplicaSetClosedException">The set is closed.</exception>
    public async Task ProbeAsync(CancellationToken cancellationToken = default)
    {
        _parts.ThrowIfClosed();
        try
        {
            await _parts.ProbeAllAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ReplicaSetClosedException(Name);
        }
    }

    /// <summary>Waits until the set has a primary and every server has been probed, however long that takes.</summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <exception cref="ReplicaSetClosedException">The set was closed meanwhile.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var topology = _keeper.Current;
            _parts.ThrowIfClosed();
            if (topology is { Writing: not null, IsSettled: true })
            {
                return;
            }

            await topology.Replaced.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Closes the set, and the pools that it constructed, as <see cref="ConnectionPool"/>s are closed.
    /// </summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _closing.Value.GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc cref="Dispose(bool)"/>
    protected override async ValueTask DisposeAsyncCore()
    {
        await _closing.Value.ConfigureAwait(false);
        await base.DisposeAsyncCore().ConfigureAwait(false);
    }

    /// <summary>Closes the set once. Every caller waits for the same end.</summary>
    private async Task CloseAsync()
    {
        SetMetrics.Sets.Remove(this);
        _signals.Dispose();
        await _closed.CancelAsync().ConfigureAwait(false);
        _keeper.Close();
        await _probing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failures = await Task.WhenAll(_servers.Where(static server => server.OwnsPool).Select(static server => CloseAsync(server.Pool))).ConfigureAwait(false);
        ReplicaSetLog.Closed(_logger, Name);
        if (failures.OfType<Exception>().ToArray() is { Length: > 0 } causes)
        {
            throw new AggregateException($"Not every pool of set '{Name}' closed well.", causes);
        }
    }

    private static async Task<Exception?> CloseAsync(ConnectionPool pool)
    {
        try
        {
            await pool.DisposeAsync().ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Each is closed even if another fails; all failures are thrown together.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
    }
}
