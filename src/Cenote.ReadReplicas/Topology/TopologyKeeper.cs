using Cenote.ReadReplicas.CausalReads;
using Cenote.ReadReplicas.Probing;

namespace Cenote.ReadReplicas.Topology;

/// <summary>
/// Turns what probes find into who serves what. One lock, never taken by a caller that finds what it needs in
/// <see cref="Current"/>, and never held while a pool, a driver or a handler is called.
/// </summary>
internal sealed partial class TopologyKeeper
{
    private readonly object _gate = new();
    private readonly ReplicaSetOptions _options;
    private readonly TopologyJournal _journal;
    private readonly ServerRecord[] _records;
    private readonly PositionHistory _history = new();
    private readonly long _started;
    private long? _latestTimeline;

    // Where the present primary had come to as a replica: histories part no earlier.
    private ReplicationPosition? _promotedAt;
    private string? _clusterId;
    private volatile TopologySnapshot _current;
    private int _failovers;
    private bool _isClosed;

    internal TopologyKeeper(IReadOnlyList<ReplicaSetServer> servers, ReplicaSetOptions options, TopologyJournal journal)
    {
        _options = options;
        _journal = journal;
        _started = options.TimeProvider.GetTimestamp();
        _records = [.. servers.Select(server => new ServerRecord(server, options))];
        _current = new TopologySnapshot(primary: null, writing: null, [], new RoleTerm?[_records.Length]);
        Servers = servers;
        Waits = new PositionWaits(options.TimeProvider);
    }

    internal IReadOnlyList<ReplicaSetServer> Servers { get; }

    internal TopologySnapshot Current => _current;

    /// <summary>How often another server became the primary.</summary>
    internal int Failovers => Volatile.Read(ref _failovers);

    /// <summary>Who waits for replicas to come further.</summary>
    internal PositionWaits Waits { get; }

    private TimeSpan Now => _options.TimeProvider.GetElapsedTime(_started);

    internal void Process(ReplicaSetServer server, in ProbeReport report)
    {
        TopologySnapshot before, after;
        var changes = new List<TopologyChange>();
        var record = _records[server.Ordinal];
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            before = _current;
            record.Take(report);
            RecordMultipleServers(server, report, changes);
            after = Decide(record, report, changes);
            _current = after;

            // Only queues. Under the lock, so that changes that two probes find at once keep their order.
            changes.ForEach(_journal.Record);
        }

        if (!ReferenceEquals(before, after))
        {
            EndTenures(before, after);
            before.Replace();
        }

        if (after.TryReadingOf(server) is not null && server.Position is { } position)
        {
            Waits.Reached(position);
        }
    }

    /// <summary>Takes the position that a replica in rotation has come to since its last probe.</summary>
    /// <returns><see langword="false"/> when the position alone does not tell what it is worth, so that a probe must
    /// follow.</returns>
    internal bool TryAdvance(ReplicaSetServer server, ReplicationPosition position)
    {
        lock (_gate)
        {
            if (_current.TryReadingOf(server) is null)
            {
                return true;
            }

            // A replica that has not followed a promotion may have come further on the former timeline. Only a primary
            // knows the timeline of its position: the replica was promoted since, and where is not known.
            var record = _records[server.Ordinal];
            if (record.LeftBehindSince is not null || position.Timeline is not null)
            {
                return false;
            }

            // A probe may have found a later one meanwhile.
            if (server.Position?.Covers(position) == true)
            {
                return true;
            }

            record.Advance(position);
            server.Standing = server.Standing with { Position = position };
        }

        Waits.Reached(position);
        return true;
    }

    /// <summary>Ends every role, also where pools outlive the set, and wakes up waiting callers.</summary>
    internal void Close()
    {
        TopologySnapshot before, after;
        lock (_gate)
        {
            _isClosed = true;
            before = _current;
            after = new TopologySnapshot(primary: null, writing: null, [], new RoleTerm?[_records.Length]) { IsSettled = true };
            _current = after;
        }

        EndTenures(before, after);
        before.Replace();
        Waits.Close();
    }

    /// <summary>Each server and why it is not used, for an exception.</summary>
    internal string Describe() => string.Join(" ", Servers.Select(static server =>
        server.State == ReplicaSetServerState.Serving ? $"{server.Name}: {server.Role}, serving." : $"{server.Name}: {server.State}, {server.Reason}."));

    private TopologySnapshot Decide(ServerRecord reported, in ProbeReport report, List<TopologyChange> changes)
    {
        var before = _current;
        var isSettled = _records.All(static record => record.IsProbed);

        // A server that answers first is not the primary for it: it may have been forgotten in an old role.
        var isHeard = isSettled || _records.Any(static record => record.Server.DeclaredRole == ServerRole.Primary && record.IsProbed);
        ChooseData(before.Primary, isHeard);
        RecordTimelines();

        var claimants = _records.Where(record => record.IsReachable && IsOfSet(record) && RoleOf(record) == ServerRole.Primary).ToList();

        // Nor is the declared one before all were heard, where a count of promotions may show that another has taken
        // its place.
        var mayElect = isSettled || (isHeard && _latestTimeline is null);
        var winner = mayElect ? PrimaryElection.Decide(claimants, before.Primary, _latestTimeline) : null;
        if (winner is not null && winner.Server != before.Primary)
        {
            // Positions of the former primary that the new one never saw would make every replica lag for ever.
            _history.Clear();
            _promotedAt = winner.PositionAsReplica;
        }

        if (reported == winner && report.Status?.Position is { } written)
        {
            _history.Record(written, Now);
        }

        MeasureLag(reported, winner);
        foreach (var record in _records)
        {
            record.ProcessTimeline(IsOfSet(record) ? _latestTimeline : null, isNew: record == reported && record.IsReachable, Now);
            Evaluate(record, winner, before, changes);
        }

        var primary = winner?.Server ?? KeepPrimary(before.Primary);
        RecordPrimary(before, primary, winner, changes);
        return Publish(before, primary, winner, isSettled);
    }

    private void MeasureLag(ServerRecord reported, ServerRecord? winner)
    {
        if (!reported.IsReachable || reported == winner || RoleOf(reported) == ServerRole.Primary)
        {
            reported.ForgetLag();
            return;
        }

        var own = reported.Status.Lag;
        if (reported.Status.Position is not { } position || _history.IsEmpty)
        {
            reported.RecordLag(own);
            return;
        }

        // What the server says itself is finer than the time between two probes, but an upper limit only while it hears
        // of its primary: it cannot make a lag small that was measured.
        var measured = _history.LagOf(position, Now);
        reported.RecordLag(own < measured && measured <= _options.ProbeInterval + _options.ProbeInterval ? own : measured);
    }

    private void RecordTimelines()
    {
        foreach (var record in _records)
        {
            if (record.IsReachable && IsOfSet(record) && record.Status.Timeline is { } timeline && !(timeline <= _latestTimeline))
            {
                _latestTimeline = timeline;
            }
        }
    }

    /// <summary>
    /// Returns the cluster of the set: the primary's. Without a primary, the cluster so far, as long as a server has
    /// it, else the cluster of most servers. A server that answers before the declared primary does not decide.
    /// </summary>
    private void ChooseData(ReplicaSetServer? primary, bool isHeard)
    {
        var held = _records.Where(static record => record.IsReachable && record.Status.ClusterId is not null).ToList();
        var chosen = held.Find(record => record.Server == primary)?.Status.ClusterId
            ?? held.Find(record => record.Status.ClusterId == _clusterId)?.Status.ClusterId
            ?? (isHeard ? MaxHeld(held) : null);
        if (chosen is null || chosen == _clusterId)
        {
            return;
        }

        _clusterId = chosen;
        _latestTimeline = null;
        Array.ForEach(_records, static record => record.ForgetTimeline());
    }

    private static string? MaxHeld(List<ServerRecord> held) => held
        .GroupBy(static record => record.Status.ClusterId, StringComparer.Ordinal)
        .OrderByDescending(static group => group.Count())
        .ThenByDescending(static group => group.Any(static record => record.Server.DeclaredRole == ServerRole.Primary))
        .FirstOrDefault()?.Key;

    private bool IsOfSet(ServerRecord record) => record.Status.ClusterId is null || record.Status.ClusterId == _clusterId;

    /// <summary>
    /// What a server says it is; where the database cannot tell any server's part, what it was declared to be.
    /// </summary>
    private ServerRole RoleOf(ServerRecord record) =>
        record.Status.Role != ServerRole.Unknown ? record.Status.Role
        : _records.Any(static other => other.Status.Role != ServerRole.Unknown) ? ServerRole.Unknown
        : record.Server.DeclaredRole;

    /// <summary>
    /// Keeps the last primary while no server takes writes, unless it is a replica now.
    /// </summary>
    private ReplicaSetServer? KeepPrimary(ReplicaSetServer? last) =>
        last is not null && _records[last.Ordinal] is var record && (!record.IsReachable || RoleOf(record) == ServerRole.Primary) && !PrimaryElection.IsOutdated(record, _latestTimeline) ? last : null;
}
