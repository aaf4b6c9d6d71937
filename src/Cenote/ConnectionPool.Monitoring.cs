namespace Cenote;

// The pool's state and history.
public sealed partial class ConnectionPool
{
    /// <summary>
    /// Diagnoses the pool from its current numbers and those of the last minute: whether callers are served and, if
    /// not, whether the cause is the pool, the application or the database.
    /// </summary>
    /// <remarks>
    /// The health check uses the same diagnosis. A diagnosis that has changed and lasts for three seconds is logged
    /// (events 51 and 52) and recorded as an event.
    /// </remarks>
    /// <param name="options">The thresholds for a saturated pool; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public Diagnosis Diagnose(DiagnosisOptions? options = null)
    {
        options?.ThrowIfInvalid(nameof(options));
        return _engine.Diagnoser.Diagnose(options ?? DiagnosisOptions.Default);
    }

    /// <summary>
    /// Gets the distributions behind the percentiles of <see cref="GetStatistics"/>. Two snapshots give the percentiles
    /// of the time between them.
    /// </summary>
    public PoolLatencies GetLatencies() => _engine.Statistics.ReadLatencies();

    /// <summary>
    /// Gets the statements that ran through the pool's <see cref="PooledConnection"/>s, grouped by text and ordered by
    /// total time, the longest first.
    /// </summary>
    /// <returns>
    /// Empty unless <see cref="ConnectionPoolOptions.StatementStatistics"/> is set. Statements on a raw lease or on the
    /// driver's own connection are not counted.
    /// </returns>
    public IReadOnlyList<StatementStatistics> GetStatementStatistics() => _engine.Statements?.GetStatistics() ?? [];

    /// <summary>Gets whether the pool counts statements.</summary>
    public bool IsStatementStatisticsEnabled => _engine.Statements is not null;

    /// <summary>
    /// Gets every setting of the pool as text: the value in force, the default, the unit and the meaning. Contains no
    /// secrets.
    /// </summary>
    public IReadOnlyList<PoolSetting> GetSettings() => _engine.Settings.Describe(_engine.Desk.ReadCapacity());

    /// <summary>
    /// Gets the pool's recent events, the oldest first: connections opened and closed, the circuit, leaks, sizes, slow
    /// callers, operations.
    /// </summary>
    /// <param name="after">The sequence number of the last event already read; only later ones are returned.</param>
    /// <returns>At most <see cref="ConnectionPoolOptions.EventHistoryCapacity"/> events. Opened and closed connections
    /// cannot push out the other events.</returns>
    public IReadOnlyList<PoolEvent> GetEvents(long after = 0) => _engine.Journal.Read(after);

    /// <summary>Occurs for each event of <see cref="GetEvents"/>, in the same order.</summary>
    /// <remarks>
    /// Handlers run on the thread pool, one event at a time. Their exceptions are logged. While a handler hangs, at
    /// most 1,000 events wait, and the oldest are dropped first.
    /// </remarks>
    public event EventHandler<PoolEventArgs>? EventOccurred
    {
        add => _engine.Journal.EventOccurred.Occurred += value;
        remove => _engine.Journal.EventOccurred.Occurred -= value;
    }

    /// <summary>Records an operator's action in the pool's events and log.</summary>
    /// <param name="action">The action, such as <c>resize to 2–20</c>. 1 to 1,000 characters.</param>
    /// <param name="actor">The operator, such as a user's name. 1 to 200 characters.</param>
    /// <exception cref="ArgumentException">A text is empty or too long, or contains a character that is invisible or
    /// changes the direction of text.</exception>
    public void RecordOperatorAction(string action, string actor)
    {
        ThrowIfInvalid(action, 1000, nameof(action));
        ThrowIfInvalid(actor, 200, nameof(actor));
        _engine.Journal.OperatorAction(action, actor);
    }

    private static void ThrowIfInvalid(string text, int longest, string parameter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text, parameter);
        if (text.Length > longest)
        {
            throw new ArgumentException($"The text has {text.Length} characters. Give it 1 to {longest}.", parameter);
        }

        if (PrintableText.FindFault(text) is { } fault)
        {
            throw new ArgumentException($"The text contains {fault}. Give it printable characters.", parameter);
        }
    }
}
