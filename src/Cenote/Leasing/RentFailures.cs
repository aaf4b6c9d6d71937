using Cenote.Circuit;
using Cenote.Events;
using Cenote.Statistics;

namespace Cenote.Leasing;

/// <summary>
/// A factory of the exceptions that end a rent, or a wait for the pool's counts. It records the ones that matter to an
/// operator. The desk calls it without its lock.
/// </summary>
internal sealed class RentFailures(PoolSettings settings, LeaseDesk desk, PoolJournal journal)
{
    private ExhaustionReport? _exhaustion;

    /// <inheritdoc cref="LeaseReader.Sessions"/>
    internal SessionReports? Sessions { get; init; }

    internal ExhaustionReport Exhaustion
    {
        get
        {
            if (Volatile.Read(ref _exhaustion) is { } existing)
            {
                return existing;
            }

            var first = new ExhaustionReport(settings, desk, Sessions);
            return Interlocked.CompareExchange(ref _exhaustion, first, null) ?? first;
        }
    }

    /// <summary>Returns the exception for a caller whose timeout has passed.</summary>
    internal PoolTimeoutException TimedOut(in RentRequest request)
    {
        var exception = Exhaustion.TimedOut(request.Timeout, request.WaitedAt(settings.Clock.Elapsed), desk.NameOfLane(request.Lane));
        Sessions?.Want(settings.Clock.Elapsed);
        journal.AcquireTimedOut(request.CallSite, exception.Lane, request.Timeout, exception.Counts);
        return exception;
    }

    /// <summary>Gets the wait from which on a rent is recorded as slow.</summary>
    internal TimeSpan SlowAcquireThreshold => settings.SlowAcquireThreshold ?? TimeSpan.MaxValue;

    /// <summary>Records a slow rent when a queued caller has its connection.</summary>
    internal void RecordSlow(in RentRequest request, TimeSpan waited) => journal.AcquiredSlowly(request.CallSite, desk.NameOfLane(request.Lane), waited);

    /// <summary>Records that callers wait because the pool's budget has no connection for it.</summary>
    internal void RecordBudgetWait()
    {
        if (settings.Budget is { } budget && desk.Share is { } share)
        {
            journal.BudgetExhausted(budget, share);
        }
    }

    /// <summary>Records what the pool threw when its budget had something to do in it.</summary>
    internal void RecordBudgetFailure(Exception exception) => journal.MaintenanceFailed(nameof(ConnectionBudget), exception);

    /// <summary>Returns the exception for a connection that could not be opened.</summary>
    internal ConnectionOpenException OpenFailed(OpenFailure failure) => new(
        settings.Name,
        failure,
        $"Pool '{settings.Name}' could not open a connection to {settings.Target} ({failure.Kind}, {Readable.Count(failure.Attempts, "try", "tries")}, last at {Readable.Moment(failure.Time)}): {failure.Exception.Message}{(failure.Recommendation is null ? "" : " " + failure.Recommendation)}");

    /// <summary>
    /// Returns the exception for a pool that could not open a connection at its start, as its start-up mode requires.
    /// </summary>
    internal ConnectionOpenException NotStarted(PoolException exception)
    {
        var failure = (exception as PoolTimeoutException)?.LastOpenFailure ?? (exception as CircuitOpenException)?.LastFailure
            ?? new OpenFailure(exception, FailureKind.Other, settings.Clock.UtcNow, 0);
        return OpenFailed(failure);
    }

    /// <summary>
    /// Returns the exception for an open circuit, when no connection is left that could serve the caller.
    /// </summary>
    internal CircuitOpenException CircuitOpen()
    {
        var circuit = desk.GetCircuitStatus();
        return new CircuitOpenException(settings.Name, circuit, RetryAfter(circuit), CircuitText.Describe(settings, circuit));
    }

    /// <summary>Returns the exception for a caller that is rejected to protect the others.</summary>
    /// <param name="reason">The reason, as the middle of a sentence.</param>
    /// <param name="lane">The caller's lane, in a pool with lanes.</param>
    internal PoolOverloadedException Overloaded(string reason, string? lane = null)
    {
        var exception = Exhaustion.Overloaded(reason, lane);
        journal.Overloaded(reason, lane, exception.Counts);
        return exception;
    }

    /// <summary>Returns the exception for a caller of a lane that the pool does not have.</summary>
    internal InvalidOperationException UnknownLane(string? lane) => new(DescribeUnknownLane(lane));

    /// <summary>Returns why a caller of a lane is refused that the pool does not have.</summary>
    internal string DescribeUnknownLane(string? lane) => desk.Lanes is { } lanes
        ? $"Pool '{settings.Name}' has no lane '{lane}'. Its lanes are {string.Join(", ", lanes.All.Select(static known => known.Name))}. Use one of them, or add the lane to ConnectionPoolOptions.Lanes."
        : $"Pool '{settings.Name}' has no lane '{lane}', because it has no lanes. Add it to ConnectionPoolOptions.Lanes, or rent without a lane.";

    /// <summary>Returns the exception for a closed pool.</summary>
    internal PoolClosedException Closed() => new(settings.Name);

    /// <summary>
    /// Returns the time until after the next probe, plus up to one break duration, or up to the shorter pause of a
    /// server that refuses connections.
    /// </summary>
    private TimeSpan? RetryAfter(CircuitStatus circuit)
    {
        if (circuit.IsIsolated)
        {
            return null;
        }

        var longest = settings.CircuitBreaker?.BreakDuration ?? TimeSpan.Zero;
        var spread = circuit.Pause < longest ? circuit.Pause : longest;
#pragma warning disable CA5394 // Spreads load; guessing it gains nothing.
        return (circuit.TimeUntilNextProbe ?? TimeSpan.Zero) + (spread * (0.5 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
    }
}
