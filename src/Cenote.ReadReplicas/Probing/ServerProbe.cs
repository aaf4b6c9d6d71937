using Cenote.ReadReplicas.Events;
using Cenote.ReadReplicas.Topology;
using Microsoft.Extensions.Logging;

namespace Cenote.ReadReplicas.Probing;

/// <summary>
/// Asks one server again and again what it is and how far it has come, on a connection of its own: a pool that is busy
/// or whose callers hang delays no probe.
/// </summary>
#pragma warning disable CA1001 // The loop disposes of the connection when it ends.
internal sealed class ServerProbe
#pragma warning restore CA1001
{
    /// <summary>
    /// A failure that might take the server out is looked into after this, not after a whole interval.
    /// </summary>
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(100);

    private readonly ReplicaSetServer _server;
    private readonly ReplicaSetOptions _options;
    private readonly TopologyKeeper _keeper;
    private readonly ILogger _logger;
    private readonly ProbeConnection _connection;
    private readonly ProbeRequests _requests = new();
    private readonly EagerProbeInterval _eager = new();
    private readonly LostLeases _lostLeases;

    internal ServerProbe(ReplicaSetServer server, ReplicaSetOptions options, TopologyKeeper keeper, ILogger logger)
    {
        _server = server;
        _options = options;
        _keeper = keeper;
        _logger = logger;
        _connection = new ProbeConnection(server.Pool, options);
        _lostLeases = new LostLeases(server, options);
    }

    internal EagerProbeInterval Eager => _eager;

    /// <summary>Whether the server answered the last probe.</summary>
    internal bool WasAlive { get; private set; }

    /// <summary>Requests a probe soon, because a caller failed at the server.</summary>
    internal void Request() => _requests.RequestSoon();

    /// <summary>
    /// Requests a probe that begins after this call, and waits until it was processed, however it ends.
    /// </summary>
    /// <returns>The status from that probe; <see langword="null"/> without one.</returns>
    internal Task<ServerStatus?> ProbeAsync() => _requests.Add();

    /// <summary>Wakes the loop up when a waiter begins to be eager.</summary>
    internal void Hurry() => _requests.Wake();

    internal async Task RunAsync(CancellationToken stopped)
    {
        var hasFailed = false;
        try
        {
            while (!stopped.IsCancellationRequested)
            {
                var requested = _requests.Take();
                var report = await ProbeOnceAsync(stopped).ConfigureAwait(false);
                if (stopped.IsCancellationRequested)
                {
                    requested?.TrySetCanceled(stopped);
                    break;
                }

                if (report.IsAlive && hasFailed)
                {
                    await PoolRecovery.ReviveAsync(_server.Pool, _options, stopped).ConfigureAwait(false);
                }

                hasFailed = !report.IsAlive;
                var answer = TryProcess(report) ? report.Status : null;
                requested?.TrySetResult(answer);
                await _requests.WaitAsync(NextDelay(report), SecondLook, _options.TimeProvider, stopped).ConfigureAwait(false);
            }
        }
        finally
        {
            _requests.Close(stopped);
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private TimeSpan NextDelay(in ProbeReport report)
    {
        if (_eager.Next() is { } pace)
        {
            return pace < _options.ProbeInterval ? pace : _options.ProbeInterval;
        }

        var mightLeave = !report.IsAlive && _server.State is ReplicaSetServerState.Serving or ReplicaSetServerState.Lagging;
        var mightReturn = report.IsAlive && _server.State is ReplicaSetServerState.Unreachable;
        return (mightLeave || mightReturn) && SecondLook < _options.ProbeInterval ? SecondLook : _options.ProbeInterval;
    }

    // A probe that stopped for good because of one strange report would leave the set with what it knew then.
    private bool TryProcess(in ProbeReport report)
    {
        try
        {
            WasAlive = report.IsAlive;
            _keeper.Process(_server, report);
            _lostLeases.Look();
            return true;
        }
#pragma warning disable CA1031
        catch (Exception exception)
#pragma warning restore CA1031
        {
            ReplicaSetLog.ProbeNotProcessed(_logger, _options.Name, _server.Name, exception);
            return false;
        }
    }

    private async Task<ProbeReport> ProbeOnceAsync(CancellationToken stopped)
    {
        try
        {
            var (status, latency) = await _connection.AskAsync(stopped).ConfigureAwait(false);
            return new ProbeReport(status, latency, Failure: null, IsAlive: true);
        }
#pragma warning disable CA1031 // Whatever goes wrong is what the probe finds.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // A server that rejects a connection or its credentials is alive, and connected callers may continue.
            var isAlive = Classify(exception) is FailureKind.TooManyConnections or FailureKind.InvalidCredentials or FailureKind.InvalidConfiguration;
            return new ProbeReport(Status: null, TimeSpan.Zero, exception, isAlive);
        }
    }

    private FailureKind Classify(Exception exception)
    {
        try
        {
            return _server.Pool.Provider.ClassifyFailure(exception);
        }
#pragma warning disable CA1031 // A classification that throws says nothing.
        catch (Exception)
#pragma warning restore CA1031
        {
            return FailureKind.Other;
        }
    }
}
