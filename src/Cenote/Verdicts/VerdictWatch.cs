using Cenote.History;
using Cenote.Maintenance;

namespace Cenote.Verdicts;

/// <summary>Keeps the trend, and says once a verdict has changed and stands: a pool at the edge would otherwise fill the log.</summary>
internal sealed class VerdictWatch(PoolJudge judge, PoolTrend trend, PoolJournal journal) : IUpkeepTask
{
    /// <summary>So many looks in a row, a second apart, make a verdict stand.</summary>
    private const int LooksToStand = 3;

    private (VerdictLevel Level, FindingKind? Kind) _said = (VerdictLevel.Healthy, null);
    private (VerdictLevel Level, FindingKind? Kind) _seen = (VerdictLevel.Healthy, null);
    private int _looks;

    public void Run()
    {
        trend.Add(judge.Sample());
        var verdict = judge.Judge(VerdictOptions.Default);
        if (verdict.Findings is [{ Kind: FindingKind.NotFilled }, ..] && !judge.HasFailedToOpen)
        {
            // A start that takes long is no failure: the first try that fails says what is wrong.
            return;
        }

        var now = (verdict.Level, verdict.Findings.Count == 0 ? (FindingKind?)null : verdict.Findings[0].Kind);
        _looks = now == _seen ? _looks + 1 : 1;
        _seen = now;
        if (now != _said && _looks >= LooksToStand)
        {
            _said = now;
            journal.VerdictChanged(verdict);
        }
    }
}
