using Cenote.Events;
using Cenote.Maintenance;

namespace Cenote.Diagnosing;

/// <summary>
/// The task that samples the trend and records a changed diagnosis once it is stable. A pool at a threshold would
/// otherwise fill the log.
/// </summary>
internal sealed class DiagnosisMonitor(PoolDiagnoser diagnoser, PoolTrend trend, PoolJournal journal) : IMaintenanceTask
{
    /// <summary>The number of equal diagnoses in a row, a second apart, that make a diagnosis stable.</summary>
    private const int ConfirmationsRequired = 3;

    private (DiagnosisLevel Level, FindingKind? Kind) _reported = (DiagnosisLevel.Healthy, null);
    private (DiagnosisLevel Level, FindingKind? Kind) _seen = (DiagnosisLevel.Healthy, null);
    private int _confirmations;

    /// <summary>
    /// Gets when the next sample is needed. At rest, time alone ends what happened in the last minute, and the end is
    /// recorded too.
    /// </summary>
    public long DueAt => IsSettled ? long.MaxValue : 0;

    private bool IsSettled => _reported.Level == DiagnosisLevel.Healthy && _seen == _reported;

    public void Run()
    {
        trend.Add(diagnoser.Sample());
        var diagnosis = diagnoser.Diagnose(DiagnosisOptions.Default);
        if (diagnosis.Findings is [{ Kind: FindingKind.NotFilled }, ..] && !diagnoser.HasFailedToOpen)
        {
            // A long start is not a failure: the first failed attempt shows the problem.
            return;
        }

        var now = (diagnosis.Level, diagnosis.Findings.Count == 0 ? (FindingKind?)null : diagnosis.Findings[0].Kind);
        _confirmations = now == _seen ? _confirmations + 1 : 1;
        _seen = now;
        if (now != _reported && _confirmations >= ConfirmationsRequired)
        {
            _reported = now;
            Record(diagnosis);
        }
    }

    public void Rest()
    {
        if (IsSettled)
        {
            trend.Rest();
        }
    }

    private void Record(Diagnosis diagnosis)
    {
        if (diagnosis.Findings is [var worst, ..])
        {
            var level = diagnosis.Level == DiagnosisLevel.Unhealthy ? PoolEventLevel.Error : PoolEventLevel.Warning;
            journal.DiagnosisChanged(level, worst.Kind.ToString(), diagnosis.Summary, worst.Evidence, worst.Recommendation);
        }
        else
        {
            journal.DiagnosisHealthy(diagnosis.Summary);
        }
    }
}
