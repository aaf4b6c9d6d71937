using Cenote.ReadReplicas.CausalReads;
using Cenote.ReadReplicas.Events;
using Cenote.ReadReplicas.Probing;
using Cenote.ReadReplicas.Routing;
using Cenote.ReadReplicas.Statistics;
using Cenote.ReadReplicas.Telemetry;
using Cenote.ReadReplicas.Topology;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote;

/// <summary>
/// A primary and its replicas behind one data source. Writes go to the current primary; reads are spread over the
/// replicas that are alive and fresh. Thread-safe. Construct one per database with <see cref="ReplicaSetBuilder"/> and
/// keep it for the lifetime of the application.
/// </summary>
/// <remarks>
/// Connections go to the primary by default. Use
/// <see cref="OpenReadConnectionAsync(CancellationToken, string, int, string)"/>, <see cref="ReadDataSource"/> or a
/// <see cref="BeginReadScope"/> for reads that a replica may serve. A replica is a moment behind:
/// <see cref="BeginCausalScope(CausalToken?)"/> and tokens are for readers that must see their own writes.
/// </remarks>
public sealed partial class ReplicaSet : RoutedDataSource
{
    private readonly ReplicaSetOptions _options;
    private readonly ReplicaSetServer[] _servers;
    private readonly ReplicaSetServer _declaredPrimary;
    private readonly TopologyJournal _journal;
    private readonly TopologyKeeper _keeper;
    private readonly SetParts _parts;
    private readonly WriteRouter _writes;
    private readonly ReadRouter _reads;
    private readonly SpillOver _spillOver;
    private readonly TokenText _tokenText;
    private readonly PoolSignals _signals;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _probing;

    internal ReplicaSet(IReadOnlyList<ReplicaSetServer> servers, ReplicaSetOptions options)
    {
        _options = options;
        _servers = [.. servers];
        _declaredPrimary = _servers.First(static server => server.DeclaredRole == ServerRole.Primary);
        _logger = new SafeLogger(options.LoggerFactory?.CreateLogger("Cenote.ReadReplicas") ?? NullLogger.Instance);
        _journal = new TopologyJournal(options.Name, _logger) { Changed = { Sender = this } };
        _keeper = new TopologyKeeper(_servers, options, _journal);
        ServerProbe[] probes = [.. _servers.Select(server => new ServerProbe(server, options, _keeper, _logger))];
        _parts = new SetParts(options, _keeper, probes, new SetCounters(), _logger, _closed.Token);
        _writes = new WriteRouter(_parts);
        _spillOver = new SpillOver(_parts, new PrimaryReads(options), _writes, hasReplicas: _servers.Length > 1);
        _reads = new ReadRouter(_parts, _spillOver);
        _tokenText = new TokenText(options.Name, options.TokenSigningKeys);
        ReadDataSource = new IntentDataSource(this, ConnectionIntent.Read);
        WriteDataSource = new IntentDataSource(this, ConnectionIntent.Write);

        ReplicaSetLog.Started(_logger, Name, string.Join(", ", _servers.Select(static server => $"{server.Name} ({server.DeclaredRole})")));
        if (_servers.Length == 1)
        {
            ReplicaSetLog.NoReplicas(_logger, Name);
        }

        _closing = new Lazy<Task>(CloseAsync);
        _signals = new PoolSignals(_parts);
        _probing = StartProbing(probes);
        SetMetrics.Sets.Add(this);
    }

    /// <summary>Gets the name of the set in logs, statistics and exceptions.</summary>
    public string Name => _options.Name;

    /// <summary>Gets the servers in the order of their declaration.</summary>
    public IReadOnlyList<ReplicaSetServer> Servers => _servers;

    /// <summary>
    /// Gets the server that gets writes; <see langword="null"/> without one, or while it does not answer.
    /// </summary>
    public ReplicaSetServer? Primary => _keeper.Current is { Writing: not null } topology ? topology.Primary : null;

    /// <summary>
    /// Gets the pool of the primary; without a known primary, the pool of the last or the declared one.
    /// </summary>
    public override ConnectionPool DefaultPool => (_keeper.Current.Primary ?? _declaredPrimary).Pool;

    /// <summary>
    /// Gets the set for reading only, whatever the flow's intent: for libraries that take a data source.
    /// </summary>
    public RoutedDataSource ReadDataSource { get; }

    /// <summary>Gets the set for writing only, whatever the flow's intent.</summary>
    public RoutedDataSource WriteDataSource { get; }

    internal IReplicaStrategy Strategy => _options.Strategy;

    /// <summary>Gets whether the set is closed, or closing.</summary>
    public bool IsClosed => _closed.IsCancellationRequested;

    internal SetCounters Counters => _parts.Counters;

    internal int Failovers => _keeper.Failovers;

    private Task StartProbing(ServerProbe[] probes)
    {
        // The probes outlive the constructing caller and must not keep its flow.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            return Task.WhenAll(probes.Select(probe => Task.Run(() => probe.RunAsync(_closed.Token))));
        }
    }
}
