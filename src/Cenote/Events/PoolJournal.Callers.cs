using Cenote.Budgets;
using Cenote.Providers;
using Microsoft.Extensions.Logging;

namespace Cenote.Events;

// Callers that wait, and leases.
internal sealed partial class PoolJournal
{
    /// <summary>Records a slow rent when a queued caller has its connection.</summary>
    internal void AcquiredSlowly(CallSite site, string? lane, TimeSpan waited)
    {
        if (!OnePerSecond(ref _slowAcquires).MayPass(out var heldBack))
        {
            return;
        }

        Record(new PoolEvent(NewEvent(PoolEventKind.AcquiredSlowly, PoolEventLevel.Warning, Text($"{site} waited {waited.TotalSeconds:0.0} s for a connection{In(lane)}{Like(heldBack)}")))
        {
            CallSite = site,
            Duration = waited,
        });
    }

    internal void AcquireTimedOut(CallSite site, string? lane, TimeSpan timeout, PoolCounts counts)
    {
        PoolLog.AcquireTimedOut(Logger, _settings.Name, In(lane), Readable.Duration(timeout), counts);
        if (OnePerSecond(ref _timeouts).MayPass(out var heldBack))
        {
            Record(new PoolEvent(NewEvent(PoolEventKind.AcquireTimedOut, PoolEventLevel.Error, Text($"{site} got no connection{In(lane)} within {timeout.TotalSeconds:0.###} s: {counts}{Like(heldBack)}")))
            {
                CallSite = site,
                Duration = timeout,
            });
        }
    }

    internal void Overloaded(string reason, string? lane, PoolCounts counts)
    {
        if (OnePerSecond(ref _overloads).MayPass(out var heldBack))
        {
            PoolLog.Overloaded(Logger, _settings.Name, In(lane), reason, counts);
            Record(PoolEventKind.Overloaded, PoolEventLevel.Error, Text($"rejected a caller{In(lane)}: {reason}; {counts}{Like(heldBack)}"));
        }
    }

    internal void BudgetExhausted(ConnectionBudget budget, BudgetShare own)
    {
        if (OnePerSecond(ref _budgetWaits).MayPass(out var heldBack))
        {
            Record(PoolEventKind.BudgetExhausted, PoolEventLevel.Warning, Text($"callers wait for {budget}; this pool has {own.Held}{budget.DescribeOthers(own)}{Like(heldBack)}"));
        }
    }

    internal void ContextFailed(string names, FailureKind kind)
    {
        if (OnePerSecond(ref _contextFailures).MayPass(out var heldBack))
        {
            PoolLog.ContextFailed(Logger, _settings.Name, names, kind);
            Record(PoolEventKind.SessionContextFailed, PoolEventLevel.Error, Text($"the session context ({names}) could not be set: {kind}{Like(heldBack)}"));
        }
    }

    /// <summary>Records what became of a commit that the server had not answered.</summary>
    internal void CommitResolved(CallSite site, CommitOutcome outcome, string tried, TimeSpan duration)
    {
        var isKnown = outcome != CommitOutcome.Unknown;
        PoolLog.CommitResolved(Logger, isKnown ? LogLevel.Warning : LogLevel.Error, _settings.Name, site, outcome, tried);
        Record(new PoolEvent(NewEvent(PoolEventKind.CommitResolved, isKnown ? PoolEventLevel.Warning : PoolEventLevel.Error, $"commit without an answer, of work at {site}: {outcome}; {tried}"))
        {
            CallSite = site,
            Duration = duration,
        });
    }

    /// <summary>Records that a statement runs again on another connection.</summary>
    internal void StatementRetried(int retry, Exception exception)
    {
        PoolLog.StatementRetried(Logger, _settings.Name, retry, exception);
        if (OnePerSecond(ref _statementRetries).MayPass(out var heldBack))
        {
            Record(PoolEventKind.StatementRetried, PoolEventLevel.Warning, Text($"a statement runs again after a lost connection (retry {retry}){Like(heldBack)}"));
        }
    }

    internal void LeakSuspected(LeaseInfo lease, TimeSpan threshold, string stack)
    {
        PoolLog.LeakSuspected(Logger, _settings.Name, lease, Readable.Duration(threshold), stack);
        RecordLease(PoolEventKind.LeakSuspected, PoolEventLevel.Warning, lease, Text($"suspected leak, held longer than {Readable.Duration(threshold)}: {lease}"));
    }

    internal void LeaseReturnedLate(LeaseInfo lease)
    {
        PoolLog.LeaseReturnedLate(Logger, _settings.Name, lease);
        RecordLease(PoolEventKind.LeaseReturnedLate, PoolEventLevel.Information, lease, $"suspected leak returned late: {lease}");
    }

    internal void LeaseAbandoned(LeaseInfo lease, string stack)
    {
        PoolLog.Abandoned(Logger, _settings.Name, lease, stack);
        RecordLease(PoolEventKind.LeaseAbandoned, PoolEventLevel.Warning, lease, $"lease garbage-collected without being returned: {lease}");
    }

    internal void LeaseRevoked(LeaseInfo lease, string stack)
    {
        PoolLog.LeaseRevoked(Logger, _settings.Name, lease, stack);
        RecordLease(PoolEventKind.LeaseRevoked, PoolEventLevel.Warning, lease, $"lease revoked: {lease}");
    }

    internal void TransactionInDoubt(int slotId, string? branch, Exception exception)
    {
        var left = branch is null ? "" : $"; it may be left prepared at the server as {branch}";
        PoolLog.TransactionInDoubt(Logger, _settings.Name, slotId, left, exception);
        Record(new PoolEvent(NewEvent(PoolEventKind.TransactionInDoubt, PoolEventLevel.Error, $"outcome of an ambient transaction unknown{left}")) { SlotId = slotId });
    }

    private void RecordLease(PoolEventKind kind, PoolEventLevel level, LeaseInfo lease, string message) => Record(new PoolEvent(NewEvent(kind, level, message))
    {
        SlotId = lease.SlotId,
        CallSite = lease.CallSite,
        Duration = lease.Age,
    });

    private static string In(string? lane) => lane is null ? "" : $" in lane {lane}";

    private static string Like(int heldBack) => heldBack == 0 ? "" : Text($"; {heldBack} more since the last such event");
}
