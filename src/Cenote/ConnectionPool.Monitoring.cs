namespace Cenote;

// What is going on, and what has happened.
public sealed partial class ConnectionPool
{
    /// <summary>
    /// A diagnosis from the pool's numbers of now and of the last minute: whether callers are served, and if not,
    /// whether that is the pool, the application or the database. The health check says the same; a verdict that has
    /// changed and stands for three seconds is logged (events 51, 52), and an event.
    /// </summary>
    /// <param name="options">When the pool counts as saturated; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public Diagnosis Diagnose(DiagnosisOptions? options = null)
    {
        options?.ThrowIfInvalid(nameof(options));
        return _engine.Diagnoser.Diagnose(options ?? DiagnosisOptions.Default);
    }

    /// <summary>
    /// The distributions behind the percentiles of <see cref="GetStatistics"/>: two snapshots give the percentiles of
    /// the time between them.
    /// </summary>
    public PoolLatencies GetLatencies() => _engine.Statistics.ReadLatencies();

    /// <summary>
    /// The statements that ran through the pool's <see cref="PooledConnection"/>s by their text, those that took the
    /// most time in total first.
    /// </summary>
    /// <returns>
    /// Empty unless <see cref="ConnectionPoolOptions.StatementStatistics"/> is set. Statements on a raw lease, or on
    /// the driver's own connection, are not seen.
    /// </returns>
    public IReadOnlyList<StatementStatistics> GetStatementStatistics() => _engine.Statements?.GetStatistics() ?? [];

    /// <summary>Whether the pool counts statements.</summary>
    public bool IsStatementStatisticsEnabled => _engine.Statements is not null;

    /// <summary>
    /// Every setting of the pool in words: the value in force, the default, the unit, the meaning. No secret is among
    /// them.
    /// </summary>
    public IReadOnlyList<PoolSetting> GetSettings() => _engine.Settings.Describe(_engine.Desk.ReadCapacity());

    /// <summary>
    /// What happened to the pool, the oldest first: connections opened and closed, the circuit, leaks, sizes, slow
    /// callers, operations.
    /// </summary>
    /// <param name="after">Only events with a greater <see cref="PoolEvent.Sequence"/>: the last one seen, to read on
    /// from there.</param>
    /// <returns>At most <see cref="ConnectionPoolOptions.EventHistoryCapacity"/>. Connections that come and go cannot
    /// push out the other events.</returns>
    public IReadOnlyList<PoolEvent> GetEvents(long after = 0) => _engine.Journal.Read(after);

    /// <summary>Raised for each event of <see cref="GetEvents"/>, in their order.</summary>
    /// <remarks>
    /// Handlers run on the thread pool, one event after the other; what they throw is logged. Events that wait for a
    /// handler which hangs are dropped beyond 1,000, the oldest first.
    /// </remarks>
    public event EventHandler<PoolEventArgs>? EventOccurred
    {
        add => _engine.Journal.EventOccurred.Occurred += value;
        remove => _engine.Journal.EventOccurred.Occurred -= value;
    }

    /// <summary>Writes down in the pool's events and log that somebody did something to it.</summary>
    /// <param name="action">What was done, such as <c>resize to 2–20</c>. 1 to 1,000 characters.</param>
    /// <param name="actor">Who did it, such as a user's name. 1 to 200 characters.</param>
    /// <exception cref="ArgumentException">One of them is empty or too long, or contains a character that is invisible
    /// or changes the direction of text.</exception>
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
