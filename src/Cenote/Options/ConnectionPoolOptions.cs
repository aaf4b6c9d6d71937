using Microsoft.Extensions.Logging;

namespace Cenote;

/// <summary>
/// The settings of a pool. Read once when the pool is constructed: all problems are reported in one
/// <see cref="PoolOptionsException"/>, and later changes to the object have no effect.
/// </summary>
public sealed class ConnectionPoolOptions
{
    private const int DefaultMinSize = 2;

    private List<string>? _problems;
    private int? _minSize;

    /// <summary>Creates options with the defaults.</summary>
    public ConnectionPoolOptions()
    {
    }

    internal ConnectionPoolOptions(ConnectionPoolOptions other)
    {
        _problems = other._problems is null ? null : [.. other._problems];
        Name = other.Name;
        _minSize = other._minSize;
        MaxSize = other.MaxSize;
        MinIdle = other.MinIdle;
        Budget = other.Budget;
        GuaranteedSize = other.GuaranteedSize;
        AcquireTimeout = other.AcquireTimeout;
        MaxIdleTime = other.MaxIdleTime;
        MaxLifetime = other.MaxLifetime;
        ValidationInterval = other.ValidationInterval;
        ValidationTimeout = other.ValidationTimeout;
        ConnectTimeout = other.ConnectTimeout;
        MaxOpenRetries = other.MaxOpenRetries;
        OpenRetryBaseDelay = other.OpenRetryBaseDelay;
        OpenRetryMaxDelay = other.OpenRetryMaxDelay;
        LifetimeJitter = other.LifetimeJitter;
        MaxConcurrentOpens = other.MaxConcurrentOpens;
        CircuitBreaker = other.CircuitBreaker is null ? null : new CircuitBreakerOptions(other.CircuitBreaker);
        MaxWaiters = other.MaxWaiters;
        LoadShedding = other.LoadShedding is null ? null : new LoadSheddingOptions(other.LoadShedding);
        Lanes = other.Lanes is null ? null! : [.. other.Lanes.Select(static lane => lane is null ? null! : new LaneOptions(lane))];
        DefaultLane = other.DefaultLane;
        StartupMode = other.StartupMode;
        ResetMode = other.ResetMode;
        WhenDirty = other.WhenDirty is null ? null! : new WhenDirtyOptions(other.WhenDirty);
        SessionReset = other.SessionReset;
        AmbientTransactionBehavior = other.AmbientTransactionBehavior;
        CredentialsProvider = other.CredentialsProvider;
        SessionContextProvider = other.SessionContextProvider;
        QueryTimeout = other.QueryTimeout;
        FailureClassifier = other.FailureClassifier;
        SizingPolicy = other.SizingPolicy;
        NestedRentBehavior = other.NestedRentBehavior;
        EventHistoryCapacity = other.EventHistoryCapacity;
        SlowAcquireThreshold = other.SlowAcquireThreshold;
        ServerDiagnosis = other.ServerDiagnosis;
        CommitTable = other.CommitTable;
        StatementStatistics = other.StatementStatistics is null ? null : new StatementStatisticsOptions(other.StatementStatistics);
        TimeProvider = other.TimeProvider;
        LoggerFactory = other.LoggerFactory;
        LeakDetection = other.LeakDetection is null ? null! : new LeakDetectionOptions(other.LeakDetection);
    }

    /// <summary>Returns the minimum size of a pool for which none was set.</summary>
    internal static int DefaultMinSizeFor(int maxSize) => Math.Clamp(maxSize, 0, DefaultMinSize);

    /// <summary>Gets the problems of the texts that these options were read from.</summary>
    internal IReadOnlyList<string> Problems => _problems ?? [];

    /// <summary>Gets or sets the pool's name in logs, statistics and exceptions.</summary>
    /// <value>Default: the database system and database, such as <c>postgresql/shop</c>. 1 to 200 characters, without
    /// characters that are invisible (control, zero-width) or change the direction of text.</value>
    public string? Name { get; set; }

    /// <summary>Gets or sets the number of connections kept open at all times.</summary>
    /// <value>Default 2, or <see cref="MaxSize"/> if that is less; 0 with a <see cref="Budget"/>. Range 0 to
    /// <see cref="MaxSize"/>.</value>
    public int MinSize
    {
        get => _minSize ?? (Budget is null ? DefaultMinSizeFor(MaxSize) : 0);
        set => _minSize = value;
    }

    /// <summary>Gets or sets the maximum number of open connections.</summary>
    /// <value>Default 10. Range 1 to 10,000.</value>
    public int MaxSize { get; set; } = 10;

    /// <summary>Gets or sets the budget of connections that the pool shares with others of this process.</summary>
    /// <value>Default <see langword="null"/>: no budget.</value>
    public ConnectionBudget? Budget { get; set; }

    /// <summary>
    /// Gets or sets the number of connections of the <see cref="Budget"/> that are kept free for this pool while it
    /// does not use them. They are opened on demand. <see cref="MinSize"/> counts where it is larger.
    /// </summary>
    /// <value>Default 0. Range 0 to <see cref="MaxSize"/>. The sum over the pools of a budget must not exceed
    /// it.</value>
    public int GuaranteedSize { get; set; }

    /// <summary>
    /// Gets or sets the number of connections kept idle beyond those leased, as far as the size allows, so that a spike
    /// finds them open.
    /// </summary>
    /// <value>Default 0. Range 0 to <see cref="MaxSize"/>.</value>
    /// <remarks>Connections in use count beside these, unlike for <see cref="MinSize"/>. Where leases are usually
    /// shorter than an open, connections that are missing for a moment only are not opened. After a spike, the pool
    /// keeps the connections that were used within <see cref="MaxIdleTime"/>, and so many more. Of a suspended pool,
    /// and while the circuit is open or opens fail, none is opened. Readiness and warm-up follow <see cref="MinSize"/>.
    /// </remarks>
    public int MinIdle { get; set; }

    /// <summary>
    /// Gets or sets the timeout of a rent, which covers queueing, retries, connecting and validation.
    /// </summary>
    /// <value>Default 30 s. Range 1 ms to 1 day.</value>
    public TimeSpan AcquireTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets the time after which an unused connection is closed, down to <see cref="MinSize"/>, and to
    /// <see cref="MinIdle"/> unused ones.
    /// </summary>
    /// <value>Default 600 s. Range 1 s to 30 days, or <see cref="Timeout.InfiniteTimeSpan"/> for never.</value>
    public TimeSpan MaxIdleTime { get; set; } = TimeSpan.FromSeconds(600);

    /// <summary>
    /// Gets or sets the age at which a connection is replaced, less a random part (<see cref="LifetimeJitter"/>). The
    /// replacement is opened first where the size allows it.
    /// </summary>
    /// <value>Default 30 min. Range 1 s to 30 days, or <see cref="Timeout.InfiniteTimeSpan"/> for never.</value>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Gets or sets the share of a lifetime by which a connection may be replaced early, at random, so that connections
    /// that were opened together are not replaced together. It also applies to credentials that expire.
    /// </summary>
    /// <value>Default 0.1: up to 10 per cent early. Range 0 to 0.5.</value>
    public double LifetimeJitter { get; set; } = 0.1;

    /// <summary>
    /// Gets or sets the time after which a connection, idle and unvalidated, is validated before it is rented. Idle
    /// connections are validated in the background before that, so callers almost never wait for it.
    /// </summary>
    /// <value>Default 30 s. Range 1 s to 1 day, or <see cref="Timeout.InfiniteTimeSpan"/> for never.</value>
    public TimeSpan ValidationInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets the timeout of a validation, of a reset, and of a close. After a validation or reset that exceeds
    /// it, the connection counts as lost.
    /// </summary>
    /// <value>Default 5 s. Range 1 ms to 10 min.</value>
    public TimeSpan ValidationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets the timeout of one attempt to connect. With a <see cref="CircuitBreaker"/>, a database that was
    /// reached before gets less: the longest of four times its slowest connect so far, a tenth of the time that every
    /// attempt has failed for, and 1 s. A database that was never reached gets 5 s until the circuit opens, then twice
    /// as long with each probe.
    /// </summary>
    /// <value>Default 15 s. Range 1 ms to 10 min. Drivers that count in whole seconds round up; the pool itself stops
    /// waiting on time.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets or sets the number of retries of a failed open before its failure is reported.</summary>
    /// <value>Default 3. Range 0 to 100.</value>
    public int MaxOpenRetries { get; set; } = 3;

    /// <summary>
    /// Gets or sets the delay before the first retry of an open. It grows exponentially, with jitter, up to
    /// <see cref="OpenRetryMaxDelay"/>. Meanwhile one open of the pool tries a server that refuses at once again, after
    /// 20 ms and then after a twentieth of the time for which it has refused; this uses up no retry.
    /// </summary>
    /// <value>Default 1 s. Range 0 to <see cref="OpenRetryMaxDelay"/>.</value>
    public TimeSpan OpenRetryBaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the longest delay between two attempts to open a connection.</summary>
    /// <value>Default 30 s. Range 0 to 1 day.</value>
    public TimeSpan OpenRetryMaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets the maximum number of connections that are being opened at once for waiting callers. The number
    /// halves with each failed attempt and doubles with each success. Without a waiting caller (the minimum size, a
    /// warm-up, replacements) it is 16 at most.
    /// </summary>
    /// <value>Default 128. Range 1 to 1,000.</value>
    public int MaxConcurrentOpens { get; set; } = 128;

    /// <summary>
    /// Gets or sets when the pool stops opening connections, and how it probes for the recovery of the database.
    /// </summary>
    /// <value>Default: 3 failures in a row, probes after 250 ms growing to 750 ms, sooner where the server refuses at
    /// once. <see langword="null"/>: the pool never stops trying.</value>
    public CircuitBreakerOptions? CircuitBreaker { get; set; } = new();

    /// <summary>
    /// Gets or sets the maximum number of waiting callers. Further callers fail at once with a
    /// <see cref="PoolOverloadedException"/>. In a pool with <see cref="Lanes"/>, that of each lane without its own.
    /// </summary>
    /// <value>Default <see langword="null"/>: any number. Range 1 to 1,000,000.</value>
    public int? MaxWaiters { get; set; }

    /// <summary>
    /// Gets or sets when the pool rejects callers because waiting times stay above a target (CoDel). In a pool with
    /// <see cref="Lanes"/>, each lane without its own settings is watched by itself with these.
    /// </summary>
    /// <value>Default <see langword="null"/>: never.</value>
    public LoadSheddingOptions? LoadShedding { get; set; }

    /// <summary>
    /// Gets or sets the lanes: named shares of the connections and of the queue, so that a flood of one kind of work
    /// leaves the others their time. Callers choose one with a <see cref="Lane"/>.
    /// </summary>
    /// <value>Default: none, which costs nothing. At most 16. Not <see langword="null"/>.</value>
    public IReadOnlyList<LaneOptions> Lanes { get; set; } = [];

    /// <summary>Gets or sets the lane of callers that choose none.</summary>
    /// <value>Default <see langword="null"/>: the first of <see cref="Lanes"/>.</value>
    public string? DefaultLane { get; set; }

    /// <summary>Gets or sets how the constructor treats a database that is not available.</summary>
    /// <value>Default <see cref="StartupMode.FillInBackground"/>.</value>
    public StartupMode StartupMode { get; set; } = StartupMode.FillInBackground;

    /// <summary>Gets or sets what the pool resets in a session between one lease and the next.</summary>
    /// <value>Default <see cref="ResetMode.Full"/>.</value>
    public ResetMode ResetMode { get; set; } = ResetMode.Full;

    /// <summary>
    /// Gets or sets what leaves no trace in a session, although the pool cannot know. Only for
    /// <see cref="ResetMode.WhenDirty"/>.
    /// </summary>
    /// <value>Default: no function of your own, and no generated key. Not <see langword="null"/>.</value>
    public WhenDirtyOptions WhenDirty { get; set; } = new();

    /// <summary>Gets or sets whether the pool or the driver resets a session after its lease.</summary>
    /// <value>Default <see langword="null"/>: the provider's choice.</value>
    public SessionReset? SessionReset { get; set; }

    /// <summary>Gets or sets what happens when a connection is requested within a <c>TransactionScope</c>.</summary>
    /// <value>
    /// Default <see langword="null"/>: the provider's choice, which is <see cref="AmbientTransactionBehavior.Ignore"/>
    /// if the connection string turns enlisting off (<c>Enlist=false</c>),
    /// <see cref="AmbientTransactionBehavior.Throw"/> if the driver cannot enlist (SQLite, Oracle), and
    /// <see cref="AmbientTransactionBehavior.Enlist"/> otherwise.
    /// </value>
    public AmbientTransactionBehavior? AmbientTransactionBehavior { get; set; }

    /// <summary>
    /// Gets or sets the callback that returns a user and password for every open, so that rotating tokens work. Must be
    /// thread-safe. Connections opened with credentials that expire (<see cref="DatabaseCredentials.ExpiresAt"/>) are
    /// replaced before that.
    /// </summary>
    /// <value>Default <see langword="null"/>: the connection string's own.</value>
    public Func<CancellationToken, ValueTask<DatabaseCredentials>>? CredentialsProvider { get; set; }

    /// <summary>
    /// Gets or sets the callback that returns the <see cref="SessionContext"/> of a rent. It runs at each rent that is
    /// not given one, on the caller's thread. Must be thread-safe and quick. Its exceptions fail the rent.
    /// </summary>
    /// <value>Default <see langword="null"/>: the context of the flow, <see cref="SessionContext.Current"/>. A callback
    /// that returns <see langword="null"/> or <see cref="SessionContext.Empty"/> keeps every scope away from the
    /// pool.</value>
    public Func<SessionContext?>? SessionContextProvider { get; set; }

    /// <summary>
    /// Gets or sets the timeout of a statement. After it the statement is ended, and its caller gets a
    /// <see cref="QueryTimeoutException"/>.
    /// </summary>
    /// <value>
    /// Default <see langword="null"/>: the driver's own command timeout. Range 1 ms to 1 day. Counts from the start of
    /// an execution until its reader is closed. <see cref="PooledConnection.QueryTimeout"/> and a command's own timeout
    /// take precedence. Where the server has a limit of its own it is set too, so that statements on a raw lease are
    /// also ended.
    /// </value>
    public TimeSpan? QueryTimeout { get; set; }

    /// <summary>
    /// Gets or sets a function that classifies failures, where the provider's classification does not fit.
    /// </summary>
    /// <value>
    /// Default <see langword="null"/>: the provider's classification, which also applies when the function returns
    /// <see langword="null"/> or throws. Its argument is the driver's exception, or one that wraps it. Must be
    /// thread-safe and quick.
    /// </value>
    public Func<Exception, FailureKind?>? FailureClassifier { get; set; }

    /// <summary>
    /// Gets or sets the policy that moves the pool's size between <see cref="MinSize"/> and <see cref="MaxSize"/>.
    /// </summary>
    /// <value>Default <see langword="null"/>: no policy. Every connection up to <see cref="MaxSize"/> may be opened on
    /// demand.</value>
    public ISizingPolicy? SizingPolicy { get; set; }

    /// <summary>Gets or sets how the pool treats connections that are not returned.</summary>
    /// <value>Default: only abandoned ones, which were garbage-collected, are found. Not
    /// <see langword="null"/>.</value>
    public LeakDetectionOptions LeakDetection { get; set; } = new();

    /// <summary>
    /// Gets or sets what happens when one flow rents a second connection while it holds one, a common cause of
    /// deadlocked pools.
    /// </summary>
    /// <value>Default <see cref="NestedRentBehavior.Allow"/>. The check costs each rent a fraction of a microsecond and
    /// some allocations.</value>
    public NestedRentBehavior NestedRentBehavior { get; set; }

    /// <summary>
    /// Gets or sets the number of events that <see cref="ConnectionPool.GetEvents"/> keeps. Up to half of them may be
    /// opened and closed connections.
    /// </summary>
    /// <value>Default 500. Range 0 to 100,000.</value>
    public int EventHistoryCapacity { get; set; } = 500;

    /// <summary>Gets or sets the wait from which a caller that got its connection is recorded as an event.</summary>
    /// <value>Default 1 s. Range 1 ms to 1 day; <see langword="null"/> for none.</value>
    public TimeSpan? SlowAcquireThreshold { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets whether the pool queries the server for what the sessions of its leases are doing while callers
    /// wait for long, or a lease is long: running a statement, waiting for whose lock, idle in a transaction.
    /// Exceptions, diagnoses and reports then contain it.
    /// </summary>
    /// <value>Default <see langword="true"/>, which has an effect with PostgreSQL, MySQL and MariaDB. The query runs in
    /// the background, on a connection of its own beyond <see cref="MaxSize"/>, which is closed after it. The pools of
    /// a process run one such query at a time for each server.</value>
    public bool ServerDiagnosis { get; set; } = true;

    /// <summary>
    /// Gets or sets the table into which work with <see cref="RetryOptions.ResolveUnknownCommits"/> writes one row for
    /// each session, as the last statement before a commit. The row shows later whether the transaction was committed.
    /// <see cref="ConnectionPool.GetCommitTableScript"/> returns the statement that creates it.
    /// </summary>
    /// <value>Default <see langword="null"/>: none. Range: a name of letters, digits and underscores, with or without a
    /// schema, each part of 1 to 63 characters. Required for MySQL and MariaDB.</value>
    public string? CommitTable { get; set; }

    /// <summary>
    /// Gets or sets whether and how statements of <see cref="PooledConnection"/>s are counted by their text, see
    /// <see cref="ConnectionPool.GetStatementStatistics"/>.
    /// </summary>
    /// <value>Default <see langword="null"/>: statements are not counted, which costs nothing. Counting one costs two
    /// reads of the clock and one look-up.</value>
    public StatementStatisticsOptions? StatementStatistics { get; set; }

    /// <summary>
    /// Gets or sets the clock and the timers of the pool. Where a clock runs timers on the thread that reads it, as
    /// FakeTimeProvider does, the pool's move to the thread pool. The pool reads the clock under its locks, so a
    /// callback of the application's own timers on such a clock should not use the pool, and callers should not wait
    /// with tokens that it cancels.
    /// </summary>
    /// <value>Default <see cref="System.TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gets or sets the factory of the pool's logger, of category <c>Cenote</c>.</summary>
    /// <value>Default <see langword="null"/>: no logs.</value>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Adds a problem of the source that these options are read from, for example a configuration file. A pool with
    /// these options throws one <see cref="PoolOptionsException"/> that lists it beside every other problem.
    /// </summary>
    /// <param name="problem">One sentence: the setting, its value, and what to do. Must contain no secrets.</param>
    internal void AddProblem(string problem) => (_problems ??= []).Add(problem);
}
