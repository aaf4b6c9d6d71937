using Cenote.Diagnostics;
using Cenote.Leasing;
using Cenote.Providers;
using Cenote.Resilience;
using Cenote.Waiting;
using Microsoft.Extensions.Logging;

namespace Cenote.Connections;

/// <summary>Does what the lease desk asks for, with a real driver.</summary>
internal sealed class ConnectionWork(
    DatabaseProvider provider, FailureClassifier classifier, PoolSettings settings, LeaseDesk desk, CircuitAnnouncer announcer, ILogger logger, CancellationToken poolClosed)
    : IConnectionWork
{
    private readonly LogRate _overloads = new();
    private readonly ConnectionOpener _opener = new(provider, classifier, settings, desk, logger, poolClosed);
    private readonly ConnectionValidator _validator = new(settings, desk);
    private readonly ConnectionCloser _closer = new(settings, desk, logger);

    public void Open(Slot slot, bool needsOwnThread) =>
        BackgroundWork.Start(() => _opener.OpenAsync(slot, needsOwnThread), needsOwnThread);

    public void Validate(Slot slot, bool needsOwnThread) =>
        BackgroundWork.Start(() => _validator.ValidateAsync(slot, needsOwnThread), needsOwnThread);

    public void Close(Slot slot, CloseReason reason)
    {
        var needsOwnThread = desk.HasBlockedCallers;
        BackgroundWork.Start(() => _closer.CloseAsync(slot, reason, needsOwnThread), needsOwnThread);
    }

    public void GiveUp(Slot slot, CloseReason reason)
    {
        PoolLog.Closed(logger, settings.Name, slot.Id, reason);
        desk.Closed(slot, reason);
    }

    public void CloseGivenUp(PhysicalConnection physical, CloseReason reason) =>
        BackgroundWork.Start(() => _closer.CloseGivenUpAsync(physical, reason), needsOwnThread: false);

    public void NoteFailure(Slot slot, CloseReason reason, Exception? exception)
    {
        PoolLog.ConnectionFailed(logger, settings.Name, slot.Id, reason, exception);
        if (exception is null || reason == CloseReason.ValidationFailed || classifier.Classify(exception) == FailureKind.ConnectionLost)
        {
            desk.MakeSuspect();
        }
    }

    public Exception DescribeTimeout(in RentRequest request)
    {
        var timeout = request.Timeout;
        var exception = ExhaustionReport.Create(settings, timeout, desk.Count(), desk);
        PoolLog.AcquireTimeout(logger, settings.Name, timeout, exception.Counts);
        return exception;
    }

    public Exception DescribeOpenFailure(OpenFailure failure) => new ConnectionOpenException(
        settings.Name,
        failure,
        $"Pool '{settings.Name}' could not open a connection to {settings.Target} ({failure.Kind}, {failure.Attempts} tries, last at {failure.Time:O}): {failure.Exception.Message}");

    public Exception DescribeCircuitOpen()
    {
        var circuit = desk.ReadCircuit();
        return new CircuitOpenException(settings.Name, circuit, CircuitText.Describe(settings, circuit));
    }

    public Exception DescribeOverload(string reason)
    {
        var exception = ExhaustionReport.CreateOverload(settings, reason, desk.Count(), desk);
        if (_overloads.MayLog(settings.Clock.ElapsedMilliseconds))
        {
            PoolLog.Overloaded(logger, settings.Name, reason, exception.Counts);
        }

        return exception;
    }

    public void Announce(CircuitState before, CircuitStatus status) => announcer.Post(before, status);

    public Exception DescribeClosed() => new PoolClosedException(settings.Name);
}
