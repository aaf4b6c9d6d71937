using Cenote.Statistics;

namespace Cenote.Statements;

/// <summary>The counts of the statements with one text. Thread-safe.</summary>
internal sealed class StatementRecord(string text)
{
    private readonly Histogram _time = new();
    private Counter _errors;
    private LastFailure? _lastFailure;
    private StatementRecord? _successor;

    internal TimeSpan Total => _time.Sum;

    internal bool HasCounted => _time.Count > 0;

    internal void Add(TimeSpan duration, string? error, DateTimeOffset time)
    {
        if (Volatile.Read(ref _successor) is { } successor)
        {
            successor.Add(duration, error, time);
            return;
        }

        _time.Record(duration);
        if (error is not null)
        {
            _errors.Increment();
            Volatile.Write(ref _lastFailure, new LastFailure(error, time));
        }
    }

    /// <summary>
    /// Adds the counts to another record, also of statements that are still running. The text is no longer counted
    /// separately.
    /// </summary>
    internal void MergeInto(StatementRecord successor)
    {
        Volatile.Write(ref _successor, successor);
        successor._time.Add(_time);
        successor._errors.Add(_errors.Value);
        if (_lastFailure is { } failure && !(successor._lastFailure?.Time > failure.Time))
        {
            Volatile.Write(ref successor._lastFailure, failure);
        }
    }

    internal StatementStatistics GetStatistics()
    {
        var failure = Volatile.Read(ref _lastFailure);
        var time = _time.Summarize();
        return new StatementStatistics
        {
            Text = text,
            Count = time.Count,
            Errors = _errors.Value,
            TotalTime = _time.Sum,
            ExecutionTime = time,
            LastError = failure?.Error,
            LastErrorTime = failure?.Time,
        };
    }

    private sealed record LastFailure(string Error, DateTimeOffset Time);
}
