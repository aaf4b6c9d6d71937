using Cenote.ReadReplicas.CausalReads;
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
    private readonly ReplayPace _pace = new();
    private readonly PositionWatch _watch;
    private readonly LostLeases _lostLeases;

    internal ServerProbe(ReplicaSetServer server, ReplicaSetOptions options, TopologyKeeper keeper, ILogger logger)
    {
        _server = server;
        _options = options;
        _keeper = keeper;
        _logger = logger;
        _connection = new ProbeConnection(server.Pool, options);
        _watch = new PositionWatch(server.Pool, options, _requests.Wake);
        _lostLeases = new LostLeases(server, options);
    }

    /// <summary>
    /// Gets whether the last probe found no sign of life, or a question has run out of time since;
    /// <see langword="false"/> before the first.
    /// </summary>
    internal bool HasFailed { get; private set; }

    /// <summary>Requests a probe soon, because a caller failed at the server.</summary>
    internal void Request() => _requests.RequestSoon();

    /// <summary>
    /// Requests a probe that begins after this call, and waits until it was processed, however it ends.
    /// </summary>
    /// <returns>The status from that probe; <see langword="null"/> without one.</returns>
    internal Task<ServerStatus?> ProbeAsync() => _requests.Add();

    /// <summary>Probes at once, because a caller begins to wait for a position.</summary>
    internal void Hurry() => _requests.Wake();

    internal async Task RunAsync(CancellationToken stopped)
    {
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

                if (report.IsAlive && HasFailed)
                {
                    await PoolRecovery.ReviveAsync(_server.Pool, _options, stopped).ConfigureAwait(false);
                }

                var answer = TryProcess(report) ? report.Status : null;
                requested?.TrySetResult(answer);
                await AwaitNextAsync(report, stopped).ConfigureAwait(false);
            }
        }
        finally
        {
            _requests.Close(stopped);
            await _watch.DisposeAsync().ConfigureAwait(false);
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Waits until the next probe is due. While callers wait for a position, the server waits itself, or is asked for
    /// its position only.
    /// </summary>
    private async Task AwaitNextAsync(ProbeReport report, CancellationToken stopped)
    {
        try
        {
            await FollowWaitsAsync(report, stopped).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A strange position must not end the probes, nor set off one after the other.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            ReplicaSetLog.ProbeNotProcessed(_logger, _options.Name, _server.Name, exception);
            await Task.Delay(SecondLook, _options.TimeProvider, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowWaitsAsync(ProbeReport report, CancellationToken stopped)
    {
        var clock = _options.TimeProvider;
        var started = clock.GetTimestamp();
        var delay = NextDelay(report);
        var knowsPosition = report.Status?.Position is not null;
        while (delay - clock.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
        {
            if (_watch.TakeResult() is { } reached && !_keeper.TryAdvance(_server, reached))
            {
                return;
            }

            // What is asked for here depends on what the server itself waits for.
            _watch.Follow(knowsPosition ? _keeper.Waits.EarliestAt(_server, awaited: null)?.Position : null);
            var earliest = _keeper.Waits.EarliestAt(_server, _watch.Awaited);
            var pace = earliest is null ? left : _watch.IsFor(earliest.Position) ? PositionWatch.Turn : NextQuestion(earliest);
            await _requests.WaitAsync(pace < left ? pace : left, SecondLook, clock, stopped).ConfigureAwait(false);
            if (stopped.IsCancellationRequested || !knowsPosition || !_requests.TryContinue(isCalm: clock.GetElapsedTime(started) < SecondLook))
            {
                return;
            }

            if (earliest is not null && !_watch.IsFor(earliest.Position) && (_watch.IsPossible || !await TryAskForPositionAsync(earliest, stopped).ConfigureAwait(false)))
            {
                return;
            }
        }
    }

    private TimeSpan NextQuestion(PositionWaits.Wait earliest)
    {
        var pause = _pace.Next(_options.TimeProvider.GetElapsedTime(earliest.Began), earliest.UnpausedQuestions);
        earliest.UnpausedQuestions += pause == TimeSpan.Zero ? 1 : 0;

        // A whole probe takes the server longer than a question.
        return _watch.IsPossible ? pause + pause : pause;
    }

    private async Task<bool> TryAskForPositionAsync(PositionWaits.Wait earliest, CancellationToken stopped)
    {
        try
        {
            var position = await _connection.AskForPositionAsync(stopped).ConfigureAwait(false);
            if (position is not null && !_keeper.TryAdvance(_server, position))
            {
                return false;
            }

            if (position?.Covers(earliest.Position) == true && earliest.IsAsked)
            {
                _pace.Record(_options.TimeProvider.GetElapsedTime(earliest.Began));
            }

            earliest.IsAsked = true;
            return position is not null;
        }
        catch (TimeoutException exception)
        {
            // A probe that has hung. The next one would find no more, only later.
            TryProcess(Failed(exception));
            return false;
        }
#pragma warning disable CA1031 // The probe that follows finds what is wrong.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private TimeSpan NextDelay(in ProbeReport report)
    {
        var mightLeave = !report.IsAlive && _server.State is ReplicaSetServerState.Serving or ReplicaSetServerState.Lagging;
        var mightReturn = report.IsAlive && _server.State is ReplicaSetServerState.Unreachable;
        return (mightLeave || mightReturn) && SecondLook < _options.ProbeInterval ? SecondLook : _options.ProbeInterval;
    }

    // A probe that stopped for good because of one strange report would leave the set with what it knew then.
    private bool TryProcess(in ProbeReport report)
    {
        try
        {
            HasFailed = !report.IsAlive;
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
            return Failed(exception);
        }
    }

    private ProbeReport Failed(Exception exception)
    {
        // A server that rejects a connection or its credentials is alive, and connected callers may continue.
        var isAlive = Classify(exception) is FailureKind.TooManyConnections or FailureKind.InvalidCredentials or FailureKind.InvalidConfiguration;
        return new ProbeReport(Status: null, TimeSpan.Zero, exception, isAlive);
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
