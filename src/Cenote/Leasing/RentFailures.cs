using Cenote.Circuit;
using Cenote.Events;

namespace Cenote.Leasing;

/// <summary>
/// Makes the exceptions that end a rent, or a wait for the pool's counts, and records those that an operator looks for.
/// The desk calls it without its lock.
/// </summary>
internal sealed class RentFailures(PoolSettings settings, LeaseDesk desk, PoolJournal journal)
{
    internal ExhaustionReport Exhaustion { get; } = new(settings, desk);

    /// <summary>The caller's time is up.</summary>
    internal PoolTimeoutException TimedOut(in RentRequest request)
    {
        var exception = Exhaustion.TimedOut(request.Timeout, request.WaitedAt(settings.Clock.Elapsed));
        journal.AcquireTimedOut(request.CallSite, request.Timeout, exception.Counts);
        return exception;
    }

    /// <summary>The caller's token was signalled.</summary>
    internal static OperationCanceledException Cancelled(in RentRequest request) => new(request.CancellationToken);

    /// <summary>A connection could not be opened.</summary>
    internal ConnectionOpenException OpenFailed(OpenFailure failure) => new(
        settings.Name,
        failure,
        $"Pool '{settings.Name}' could not open a connection to {settings.Target} ({failure.Kind}, {Readable.Count(failure.Attempts, "try", "tries")}, last at {Readable.Moment(failure.Time)}): {failure.Exception.Message}{(failure.Recommendation is null ? "" : " " + failure.Recommendation)}");

    /// <summary>The pool was to prove at its start that it can open a connection, and could not.</summary>
    internal ConnectionOpenException NotStarted(PoolException exception)
    {
        var failure = (exception as PoolTimeoutException)?.LastOpenFailure ?? (exception as CircuitOpenException)?.LastFailure
            ?? new OpenFailure(exception, FailureKind.Other, settings.Clock.UtcNow, 0);
        return OpenFailed(failure);
    }

    /// <summary>The circuit is open, and no connection is left that could serve the caller.</summary>
    internal CircuitOpenException CircuitOpen()
    {
        var circuit = desk.GetCircuitStatus();
        return new CircuitOpenException(settings.Name, circuit, RetryAfter(circuit), CircuitText.Describe(settings, circuit));
    }

    /// <summary>The caller is rejected to protect the others.</summary>
    /// <param name="reason">Why, as the middle of a sentence.</param>
    internal PoolOverloadedException Overloaded(string reason)
    {
        var exception = Exhaustion.Overloaded(reason);
        journal.Overloaded(reason, exception.Counts);
        return exception;
    }

    /// <summary>The pool is closed.</summary>
    internal PoolClosedException Closed() => new(settings.Name);

    /// <summary>After the next probe, by up to a recovery time.</summary>
    private TimeSpan? RetryAfter(CircuitStatus circuit)
    {
        if (circuit.IsIsolated)
        {
            return null;
        }

        var recovery = settings.CircuitBreaker?.BreakDuration ?? TimeSpan.Zero;
#pragma warning disable CA5394 // Spreads load; there is nothing to gain by guessing it.
        return (circuit.TimeUntilNextProbe ?? TimeSpan.Zero) + (recovery * (0.5 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
    }
}
