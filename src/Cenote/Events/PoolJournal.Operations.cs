using Microsoft.Extensions.Logging;

namespace Cenote.Events;

// Events of the whole pool.
internal sealed partial class PoolJournal
{
    internal void Started()
    {
        PoolLog.Started(Logger, _settings.Name, _settings.Target, _settings.MinSize, _settings.MaxSize);
        Record(PoolEventKind.Started, PoolEventLevel.Information, Text($"started on {_settings.Target}: {_settings.MinSize} to {_settings.MaxSize} connections"));
    }

    internal void ManyPoolsFound(int count, string otherPool, TimeSpan age, string stack)
    {
        PoolLog.ManyPoolsFound(Logger, _settings.Name, count, _settings.Target, otherPool, Readable.About(age), Environment.NewLine + stack);
        Record(PoolEventKind.ManyPoolsFound, PoolEventLevel.Warning, Text($"{count} live pools of this process connect to {_settings.Target}, for example pool {otherPool}, constructed {Readable.About(age)} ago. Create one pool and keep it, or dispose of each."));
    }

    internal void CredentialsNotRenewed(string problem, Exception? exception)
    {
        PoolLog.CredentialsNotRenewed(Logger, _settings.Name, problem, exception);
        Record(PoolEventKind.CredentialsNotRenewed, PoolEventLevel.Warning, Text($"credentials were not renewed: {problem}; connections are kept"));
    }

    internal void PoolClosed()
    {
        PoolLog.PoolClosed(Logger, _settings.Name);
        Record(PoolEventKind.Closed, PoolEventLevel.Information, "the pool was closed");
    }

    internal void Resized(int oldSize, int newSize, string reason)
    {
        if (oldSize == newSize)
        {
            PoolLog.SizeKept(Logger, _settings.Name, newSize, reason);
        }
        else
        {
            PoolLog.Resized(Logger, _settings.Name, oldSize, newSize, reason);
        }

        Record(PoolEventKind.Resized, PoolEventLevel.Information, oldSize == newSize ? Text($"kept its size of {newSize}: {reason}") : Text($"resized from {oldSize} to {newSize}: {reason}"));
    }

    internal void SizeRecommended(int size, int recommended, string reason)
    {
        PoolLog.SizeRecommended(Logger, _settings.Name, recommended, size, reason);
        Record(PoolEventKind.SizeRecommended, PoolEventLevel.Information, Text($"recommends {recommended} instead of {size} connections: {reason}"));
    }

    internal void Suspended()
    {
        PoolLog.Suspended(Logger, _settings.Name);
        Record(PoolEventKind.Suspended, PoolEventLevel.Warning, "suspended: callers queue until it is resumed");
    }

    internal void Resumed()
    {
        PoolLog.Resumed(Logger, _settings.Name);
        Record(PoolEventKind.Resumed, PoolEventLevel.Information, "resumed");
    }

    internal void Draining() =>
        Record(PoolEventKind.Draining, PoolEventLevel.Warning, "draining: callers queue, and returned connections are closed");

    internal void Cleared()
    {
        PoolLog.Cleared(Logger, _settings.Name);
        Record(PoolEventKind.Cleared, PoolEventLevel.Information, "cleared: every connection is replaced");
    }

    internal void Reconfigured(string changes)
    {
        PoolLog.Reconfigured(Logger, _settings.Name, changes);
        Record(PoolEventKind.Reconfigured, PoolEventLevel.Information, $"reconfigured: {changes}");
    }

    internal void MaintenanceFailed(string task, Exception exception)
    {
        PoolLog.MaintenanceFailed(Logger, _settings.Name, task, exception);
        Record(PoolEventKind.MaintenanceFailed, PoolEventLevel.Error, $"maintenance failed in {task}: {exception.Message}");
    }

    internal void DiagnosisHealthy(string summary)
    {
        PoolLog.DiagnosisHealthy(Logger, _settings.Name, summary);
        Record(PoolEventKind.DiagnosisChanged, PoolEventLevel.Information, $"Healthy: {summary}");
    }

    /// <param name="level">The severity of the diagnosis.</param>
    /// <param name="cause">The kind of its first finding.</param>
    /// <param name="summary">The diagnosis in a sentence.</param>
    /// <param name="evidence">The numbers behind the finding.</param>
    /// <param name="recommendation">The recommended action.</param>
    internal void DiagnosisChanged(PoolEventLevel level, string cause, string summary, string evidence, string recommendation)
    {
        PoolLog.DiagnosisChanged(Logger, level == PoolEventLevel.Error ? LogLevel.Error : LogLevel.Warning, _settings.Name, cause, summary, evidence, recommendation);
        Record(PoolEventKind.DiagnosisChanged, level, $"{(level == PoolEventLevel.Error ? "Unhealthy" : "Degraded")}: {summary}");
    }

    /// <param name="waiting">The number of leases that wait for locks.</param>
    /// <param name="idle">The number of leases that are idle in a transaction.</param>
    /// <param name="leases">Some of them, in words.</param>
    internal void SessionsBlocked(int waiting, int idle, string leases)
    {
        PoolLog.SessionsBlocked(Logger, _settings.Name, waiting, idle, leases);
        Record(PoolEventKind.SessionsBlocked, PoolEventLevel.Warning, Text($"{Readable.Count(waiting, "lease waits", "leases wait")} for locks, {idle} idle in a transaction: {leases}"));
    }

    internal void OperatorAction(string action, string actor)
    {
        PoolLog.OperatorAction(Logger, _settings.Name, action, actor);
        Record(new PoolEvent(NewEvent(PoolEventKind.OperatorAction, PoolEventLevel.Information, $"{action}, by {actor}")) { Actor = actor });
    }
}
