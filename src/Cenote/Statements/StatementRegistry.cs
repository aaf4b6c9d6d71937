using System.Collections.Concurrent;
using Cenote.Providers;
using Cenote.Time;

namespace Cenote.Statements;

/// <summary>
/// The counts of statements by text, in bounded memory. Thread-safe. A known text takes no lock.
/// </summary>
internal sealed class StatementRegistry(StatementStatisticsOptions options, SqlLiteralRules literals, PoolClock clock)
{
    /// <summary>
    /// The number of original texts per statement. Statements with values in their text differ each time, and must not
    /// accumulate.
    /// </summary>
    private const int TextsForEachStatement = 8;

    /// <summary>
    /// The longest text that is kept. A longer text is nearly always unique, such as a statement with a thousand rows,
    /// and is scanned each time instead.
    /// </summary>
    private const int LongestKeptText = 4000;

    private readonly object _gate = new();
    private readonly ConcurrentDictionary<string, StatementRecord> _byText = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StatementRecord> _byShape = new(StringComparer.Ordinal);
    private readonly StatementRecord _others = new(StatementStatistics.OtherStatements);

    internal long GetTimestamp() => clock.GetTimestamp();

    /// <summary>Gets the number of original texts that are kept.</summary>
    internal int KeptTexts => _byText.Count;

    internal StatementRecord Find(string text) => _byText.TryGetValue(text, out var record) ? record : Learn(text);

    internal void Record(StatementRecord record, long startedAt, Exception? failure) =>
        record.Add(clock.ElapsedSince(startedAt), failure is null ? null : ErrorText.Of(failure), clock.UtcNow);

    /// <summary>Gets the statistics, the most total time first.</summary>
    internal IReadOnlyList<StatementStatistics> GetStatistics()
    {
        List<StatementRecord> records;
        lock (_gate)
        {
            records = [.. _byShape.Values, _others];
        }

        return [.. records.Where(static record => record.HasCounted).Select(static record => record.GetStatistics()).OrderByDescending(static statement => statement.TotalTime)];
    }

    private StatementRecord Learn(string text)
    {
        var shape = StatementText.WithoutLiterals(text, literals);
        lock (_gate)
        {
            if (!_byShape.TryGetValue(shape, out var record))
            {
                if (_byShape.Count >= options.MaxStatements)
                {
                    Trim();
                }

                _byShape.Add(shape, record = new StatementRecord(shape));
            }

            if (text.Length > LongestKeptText)
            {
                return record;
            }

            if (_byText.Count >= options.MaxStatements * TextsForEachStatement)
            {
                _byText.Clear();
            }

            _byText[text] = record;
            return record;
        }
    }

    /// <summary>
    /// Merges one statement in twenty, as pg_stat_statements does. Merging one alone would cost a look at all
    /// statements for each new text.
    /// </summary>
    private void Trim()
    {
        var least = _byShape.OrderBy(static pair => pair.Value.Total).Take(Math.Max(1, options.MaxStatements / 20)).ToList();
        foreach (var (shape, record) in least)
        {
            _byShape.Remove(shape);
            record.MergeInto(_others);
        }

        _byText.Clear();
    }
}
