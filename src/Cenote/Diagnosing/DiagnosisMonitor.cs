using Cenote.Events;
using Cenote.Maintenance;

namespace Cenote.Diagnosing;

/// <summary>
/// Keeps the trend, and says once a verdict has changed and stands: a pool at the edge would otherwise fill the log.
/// </summary>
internal sealed class DiagnosisMonitor(PoolDiagnoser judge, PoolTrend trend, PoolJournal journal) : IMaintenanceTask
{
    /// <summary>So many looks in a row, a second apart, make a verdict stand.</summary>
    private const int ConfirmationsRequired = 3;

    private (DiagnosisLevel Level, FindingKind? Kind) _reported = (DiagnosisLevel.Healthy, null);
    private (DiagnosisLevel Level, FindingKind? Kind) _seen = (DiagnosisLevel.Healthy, null);
    private int _confirmations;

    public void Run()
    {
        trend.Add(judge.Sample());
        var verdict = judge.Diagnose(DiagnosisOptions.Default);
        if (verdict.Findings is [{ Kind: FindingKind.NotFilled }, ..] && !judge.HasFailedToOpen)
        {
            // A start that takes long is no failure: the first try that fails says what is wrong.
            return;
        }

        var now = (verdict.Level, verdict.Findings.Count == 0 ? (FindingKind?)null : verdict.Findings[0].Kind);
        _confirmations = now == _seen ? _confirmations + 1 : 1;
        _seen = now;
        if (now != _reported && _confirmations >= ConfirmationsRequired)
        {
            _reported = now;
            journal.DiagnosisChanged(verdict);
        }
    }
}
