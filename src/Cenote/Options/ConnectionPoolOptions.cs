using Microsoft.Extensions.Logging;

namespace Cenote;

/// <summary>
/// The settings of a pool. Read once, when the pool is constructed: every problem is reported in one
/// <see cref="PoolOptionsException"/>, and later changes to the object have no effect.
/// </summary>
public sealed class ConnectionPoolOptions
{
    private const int DefaultMinSize = 2;

    private readonly List<string> _problems = [];
    private int? _minSize;

    /// <summary>The defaults.</summary>
    public ConnectionPoolOptions()
    {
    }

    /// <summary>A copy: changes to the one do not change the other.</summary>
    /// <param name="other">What to copy.</param>
    public ConnectionPoolOptions(ConnectionPoolOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _problems.AddRange(other._problems);
        Name = other.Name;
        _minSize = other._minSize;
        MaxSize = other.MaxSize;
        AcquireTimeout = other.AcquireTimeout;
        MaxIdleTime = other.MaxIdleTime;
        MaxLifetime = other.MaxLifetime;
        ValidationInterval = other.ValidationInterval;
        ValidationTimeout = other.ValidationTimeout;
        ConnectTimeout = other.ConnectTimeout;
        MaxOpenRetries = other.MaxOpenRetries;
        OpenRetryBaseDelay = other.OpenRetryBaseDelay;
        OpenRetryMaxDelay = other.OpenRetryMaxDelay;
        MaxConcurrentOpens = other.MaxConcurrentOpens;
        CircuitBreaker = other.CircuitBreaker;
        MaxWaiters = other.MaxWaiters;
        LoadShedding = other.LoadShedding;
        StartupMode = other.StartupMode;
        ResetMode = other.ResetMode;
        SessionReset = other.SessionReset;
        AmbientTransactionBehavior = other.AmbientTransactionBehavior;
        CredentialsProvider = other.CredentialsProvider;
        QueryTimeout = other.QueryTimeout;
        FailureClassifier = other.FailureClassifier;
        SizingPolicy = other.SizingPolicy;
        NestedRentBehavior = other.NestedRentBehavior;
        EventHistoryCapacity = other.EventHistoryCapacity;
        SlowAcquireThreshold = other.SlowAcquireThreshold;
        StatementStatistics = other.StatementStatistics;
        TimeProvider = other.TimeProvider;
        LoggerFactory = other.LoggerFactory;
        LeakDetection = other.LeakDetection is null ? null! : new LeakDetectionOptions(other.LeakDetection);
    }

    /// <summary>The minimum size of a pool for which none was set.</summary>
    internal static int DefaultMinSizeFor(int maxSize) => Math.Clamp(maxSize, 0, DefaultMinSize);

    /// <summary>What was wrong with the texts that these options were read from.</summary>
    internal IReadOnlyList<string> Problems => _problems;

    /// <summary>The pool's name in logs, statistics and exceptions.</summary>
    /// <value>Default: the database system and database, such as <c>postgresql/shop</c>. 1 to 200 characters, none of
    /// them invisible (control characters, zero-width characters) or changing the direction of text.</value>
    public string? Name { get; set; }

    /// <summary>Connections kept open at all times.</summary>
    /// <value>Default 2, or <see cref="MaxSize"/> if that is less. Range 0 to <see cref="MaxSize"/>.</value>
    public int MinSize
    {
        get => _minSize ?? DefaultMinSizeFor(MaxSize);
        set => _minSize = value;
    }

    /// <summary>The most connections that are ever open.</summary>
    /// <value>Default 10. Range 1 to 10,000.</value>
    public int MaxSize { get; set; } = 10;

    /// <summary>
    /// The longest a caller waits for a connection: queueing, retries, connecting and validation together.
    /// </summary>
    /// <value>Default 30 s. Range 1 ms to 1 day.</value>
    public TimeSpan AcquireTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections unused for this long are closed, down to <see cref="MinSize"/>.</summary>
    /// <value>Default 600 s. Range 1 s to 30 days, or <see cref="Timeout.InfiniteTimeSpan"/> for never.</value>
    public TimeSpan MaxIdleTime { get; set; } = TimeSpan.FromSeconds(600);

    /// <summary>
    /// Connections older than this, less a random 0 to 5 per cent, are replaced. The replacement is opened first where
    /// there is room.
    /// </summary>
    /// <value>Default 30 min. Range 1 s to 30 days, or <see cref="Timeout.InfiniteTimeSpan"/> for never.</value>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// A connection neither used nor checked for this long is validated before it is lent.
    /// Idle ones are validated in the background before that, so that callers almost never wait for it.
    /// </summary>
    /// <value>Default 30 s. Range 1 s to 1 day, or <see cref="Timeout.InfiniteTimeSpan"/> for never.</value>
    public TimeSpan ValidationInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest a validation, or the clearing of a session, may take before the connection counts as lost.
    /// </summary>
    /// <value>Default 5 s. Range 1 ms to 10 min.</value>
    public TimeSpan ValidationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest one attempt to connect may take. With a <see cref="CircuitBreaker"/>, a database that was reached
    /// before gets less: four times its slowest connect so far, a tenth of the time that every attempt has failed for,
    /// or 1 s, whichever is longest. One that was never reached gets 5 s until the circuit opens, then twice as long
    /// with each probe.
    /// </summary>
    /// <value>Default 15 s. Range 1 ms to 10 min. Drivers that count in whole seconds round up; the pool itself stops
    /// waiting on time.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a failed open is tried again before its failure is reported.</summary>
    /// <value>Default 3. Range 0 to 100.</value>
    public int MaxOpenRetries { get; set; } = 3;

    /// <summary>
    /// The delay before the first retry of an open; it grows exponentially, with jitter, up to
    /// <see cref="OpenRetryMaxDelay"/>.
    /// </summary>
    /// <value>Default 1 s. Range 0 to <see cref="OpenRetryMaxDelay"/>.</value>
    public TimeSpan OpenRetryBaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay between two tries of an open.</summary>
    /// <value>Default 30 s. Range 0 to 1 day.</value>
    public TimeSpan OpenRetryMaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most connections that are being opened at once.</summary>
    /// <value>Default 16. Range 1 to 1,000.</value>
    public int MaxConcurrentOpens { get; set; } = 16;

    /// <summary>When the pool stops trying to reach the database, and how it finds out that it is back.</summary>
    /// <value>Default: 3 failures in a row, probes after 250 ms growing to 750 ms. <see langword="null"/>: never stops
    /// trying.</value>
    public CircuitBreakerOptions? CircuitBreaker { get; set; } = new();

    /// <summary>
    /// The most callers that may wait; further ones are turned away at once with a
    /// <see cref="PoolOverloadedException"/>.
    /// </summary>
    /// <value>Default <see langword="null"/>: any number. Range 1 to 1,000,000.</value>
    public int? MaxWaiters { get; set; }

    /// <summary>Turns callers away when waits have been too long for too long.</summary>
    /// <value>Default <see langword="null"/>: nobody.</value>
    public LoadSheddingOptions? LoadShedding { get; set; }

    /// <summary>What constructing the pool does when the database may be absent.</summary>
    /// <value>Default <see cref="StartupMode.FillInBackground"/>.</value>
    public StartupMode StartupMode { get; set; } = StartupMode.FillInBackground;

    /// <summary>What the pool clears from a session between one lease and the next.</summary>
    /// <value>Default <see cref="ResetMode.Full"/>.</value>
    public ResetMode ResetMode { get; set; } = ResetMode.Full;

    /// <summary>Who clears a session after its lease.</summary>
    /// <value>Default <see langword="null"/>: the provider's choice.</value>
    public SessionReset? SessionReset { get; set; }

    /// <summary>
    /// What happens when a connection is requested within a <c>TransactionScope</c>, which pooled connections do not
    /// join.
    /// </summary>
    /// <value>
    /// Default <see langword="null"/>: the provider's choice, which is <see cref="AmbientTransactionBehavior.Ignore"/>
    /// if the connection string turns enlisting off (<c>Enlist=false</c>) and
    /// <see cref="AmbientTransactionBehavior.Throw"/> otherwise.
    /// </value>
    public AmbientTransactionBehavior? AmbientTransactionBehavior { get; set; }

    /// <summary>
    /// Asked for a user and password at every open, so that rotating tokens work. Must be thread-safe.
    /// </summary>
    /// <value>Default <see langword="null"/>: the connection string's own.</value>
    public Func<CancellationToken, ValueTask<DatabaseCredentials>>? CredentialsProvider { get; set; }

    /// <summary>
    /// The longest that a statement may run; after that it is ended, and its caller gets a
    /// <see cref="QueryTimeoutException"/>.
    /// </summary>
    /// <value>
    /// Default <see langword="null"/>: the driver's own command timeout. Range 1 ms to 1 day. Counts from the start of
    /// an execution until its reader is closed. <see cref="PooledConnection.QueryTimeout"/> and a command's own timeout
    /// go before it. Where the server has a limit of its own it is set too, so that statements on a raw lease are ended
    /// as well.
    /// </value>
    public TimeSpan? QueryTimeout { get; set; }

    /// <summary>Says what a failure means, where the provider's verdict will not do.</summary>
    /// <value>
    /// Default <see langword="null"/>: the provider's verdict. Given what the driver threw, or what wraps it;
    /// <see langword="null"/> from it also means the provider's verdict, and so does an exception. Must be thread-safe
    /// and quick.
    /// </value>
    public Func<Exception, FailureKind?>? FailureClassifier { get; set; }

    /// <summary>Decides the pool's size between <see cref="MinSize"/> and <see cref="MaxSize"/>.</summary>
    /// <value>Default <see langword="null"/>: fixed, every connection up to <see cref="MaxSize"/> may be opened on
    /// demand.</value>
    public ISizingPolicy? SizingPolicy { get; set; }

    /// <summary>What is done about connections that are not returned.</summary>
    /// <value>Default: nothing but to find those that were garbage-collected. Not <see langword="null"/>.</value>
    public LeakDetectionOptions LeakDetection { get; set; } = new();

    /// <summary>
    /// What happens when one flow rents a second connection while it holds one, the classic way to a pool that stands
    /// still.
    /// </summary>
    /// <value>Default <see cref="NestedRentBehavior.Allow"/>. To look costs each rent a fraction of a microsecond and
    /// some allocations.</value>
    public NestedRentBehavior NestedRentBehavior { get; set; }

    /// <summary>
    /// How many events <see cref="ConnectionPool.GetEvents"/> remembers; a half of them may be connections that were
    /// opened and closed.
    /// </summary>
    /// <value>Default 500. Range 0 to 100,000.</value>
    public int EventHistoryCapacity { get; set; } = 500;

    /// <summary>A caller that got its connection after a wait of at least this is an event of its own.</summary>
    /// <value>Default 1 s. Range 1 ms to 1 day; <see langword="null"/> for none.</value>
    public TimeSpan? SlowAcquireThreshold { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Counts the statements that run through <see cref="PooledConnection"/>s by their text, see
    /// <see cref="ConnectionPool.GetStatementStatistics"/>.
    /// </summary>
    /// <value>Default <see langword="null"/>: statements are not counted, and nothing looks at them. To count one costs
    /// two reads of the clock and a look into a table.</value>
    public StatementStatisticsOptions? StatementStatistics { get; set; }

    /// <summary>The clock and the timers of the pool.</summary>
    /// <value>Default <see cref="System.TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Makes the pool's logger, of category <c>Cenote</c>.</summary>
    /// <value>Default <see langword="null"/>: no logs.</value>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Notes something wrong that these options were to be read from, a configuration file, say: whoever is given the
    /// options is refused with one <see cref="PoolOptionsException"/> that names it beside every other problem.
    /// </summary>
    /// <param name="problem">One sentence: the setting, its value, and the remedy. Never a secret.</param>
    public void AddProblem(string problem)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(problem);
        _problems.Add(problem);
    }
}
