using Cenote.Providers;
using Cenote.Sizing;
using Cenote.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.Options;

/// <summary>The validated copy of a pool's options, which changes only as a whole, by <see cref="Change"/>.</summary>
internal sealed class PoolSettings
{
    private readonly DatabaseProvider _provider;
    private readonly ConnectionPoolOptions _constructed;
    private volatile ConnectionPoolOptions _followed;

    private PoolSettings(string name, DatabaseProvider provider, ConnectionPoolOptions options, ConnectionSettings connection)
    {
        // The provider's choices are filled in, so that the values in force are described and compared with later
        // options.
        _constructed = _followed = new ConnectionPoolOptions(options)
        {
            Name = name,
            AmbientTransactionBehavior = options.AmbientTransactionBehavior ?? provider.DefaultAmbientTransactionBehavior,
            SessionReset = connection.SessionReset,
        };
        _provider = provider;
        Connection = connection;
        Clock = new PoolClock(options.TimeProvider);
    }

    /// <summary>
    /// Gets the options that the running pool follows, as of now: one copy that never changes, so that a reader of
    /// several settings gets them from one moment.
    /// </summary>
    internal ConnectionPoolOptions Followed => _followed;

    internal string Name => _constructed.Name!;

    /// <summary>Gets the database system and address, for messages.</summary>
    internal string Target => $"{_provider.DatabaseSystem} at {_provider.Address}";

    internal ConnectionSettings Connection { get; }

    internal PoolClock Clock { get; }

    internal int MinSize => Followed.MinSize;

    internal int MaxSize => Followed.MaxSize;

    internal ConnectionBudget? Budget => _constructed.Budget;

    internal TimeSpan AcquireTimeout => Followed.AcquireTimeout;

    internal TimeSpan MaxIdleTime => Followed.MaxIdleTime;

    internal TimeSpan MaxLifetime => Followed.MaxLifetime;

    internal double LifetimeJitter => Followed.LifetimeJitter;

    internal TimeSpan ValidationInterval => Followed.ValidationInterval;

    internal TimeSpan ValidationTimeout => Followed.ValidationTimeout;

    internal TimeSpan ConnectTimeout => _constructed.ConnectTimeout;

    internal int MaxOpenRetries => _constructed.MaxOpenRetries;

    internal TimeSpan OpenRetryBaseDelay => _constructed.OpenRetryBaseDelay;

    internal TimeSpan OpenRetryMaxDelay => _constructed.OpenRetryMaxDelay;

    internal int MaxConcurrentOpens => _constructed.MaxConcurrentOpens;

    internal CircuitBreakerOptions? CircuitBreaker => _constructed.CircuitBreaker;

    internal int? MaxWaiters => Followed.MaxWaiters;

    internal LoadSheddingOptions? LoadShedding => _constructed.LoadShedding;

    internal IReadOnlyList<LaneOptions> Lanes => _constructed.Lanes;

    internal string? DefaultLane => _constructed.DefaultLane;

    internal StartupMode StartupMode => _constructed.StartupMode;

    internal AmbientTransactionBehavior AmbientTransactionBehavior => _constructed.AmbientTransactionBehavior.GetValueOrDefault();

    internal Func<CancellationToken, ValueTask<DatabaseCredentials>>? CredentialsProvider => _constructed.CredentialsProvider;

    internal Func<SessionContext?>? SessionContextProvider => _constructed.SessionContextProvider;

    /// <summary>Gets the query timeout; <see langword="null"/> for the driver's own.</summary>
    internal TimeSpan? QueryTimeout => _constructed.QueryTimeout;

    internal Func<Exception, FailureKind?>? FailureClassifier => _constructed.FailureClassifier;

    internal ISizingPolicy? SizingPolicy => _constructed.SizingPolicy;

    internal NestedRentBehavior NestedRentBehavior => _constructed.NestedRentBehavior;

    internal TimeSpan? LeakThreshold => Followed.LeakDetection.Threshold;

    internal int StackSamplingInterval => Followed.LeakDetection.StackSamplingInterval;

    internal TimeSpan? RevokeAfter => Followed.LeakDetection.RevokeAfter;

    /// <summary>Gets the number of events that are kept.</summary>
    internal int EventHistoryCapacity => _constructed.EventHistoryCapacity;

    internal TimeSpan? SlowAcquireThreshold => _constructed.SlowAcquireThreshold;

    internal bool ServerDiagnosis => _constructed.ServerDiagnosis;

    internal string? CommitTable => _constructed.CommitTable;

    internal StatementStatisticsOptions? StatementStatistics => _constructed.StatementStatistics;

    /// <summary>
    /// Gets what leaves no trace in a session; <see langword="null"/> unless only dirty sessions are reset.
    /// </summary>
    internal WhenDirtyOptions? WhenDirty => _constructed.ResetMode == ResetMode.WhenDirty ? _constructed.WhenDirty : null;

    internal ILoggerFactory LoggerFactory => _constructed.LoggerFactory ?? NullLoggerFactory.Instance;

    /// <summary>Applies the settings that may change while the pool runs.</summary>
    internal void Change(PoolSettings changed)
    {
        _followed = changed._followed;
    }

    /// <summary>Raises the guarantee of changed settings to what the lanes need, which stay as they are.</summary>
    /// <remarks>A minimum size that was set by hand does not count, because it may be lowered again.</remarks>
    /// <param name="changed">The changed settings.</param>
    /// <returns>Whether it was too small.</returns>
    internal bool KeepGuarantee(PoolSettings changed)
    {
        var needed = Budget is null ? 0 : LaneProblems.GuaranteeFor(Lanes, changed.MaxSize);
        if (Math.Max(changed.MinSize, changed._followed.GuaranteedSize) >= needed)
        {
            return false;
        }

        changed._followed = new ConnectionPoolOptions(changed._followed) { GuaranteedSize = needed };
        return true;
    }

    /// <summary>
    /// Returns one phrase per changed setting that the running pool follows: its name, the old value and the new value.
    /// </summary>
    internal IEnumerable<string> DescribeChanges(PoolSettings changed) =>
        SettingTable.Rows.Where(row => row.CanChange && !row.IsSame(_followed, changed._followed))
            .Select(row => $"{row.Name} {row.Print(_followed)} -> {row.Print(changed._followed)}");

    /// <summary>Returns the names of changed settings that a running pool cannot follow.</summary>
    internal IEnumerable<string> FindFixedChanges(PoolSettings changed) =>
        SettingTable.Rows.Where(row => !row.CanChange && !row.IsSection && !row.IsSame(_constructed, changed._constructed))
            .Select(row => row.Property).Distinct(StringComparer.Ordinal);

    /// <summary>Returns every setting as text.</summary>
    /// <param name="sizes">The sizes in force, which may differ from the configured ones after a resize.</param>
    internal IReadOnlyList<PoolSetting> Describe(CapacityView sizes)
    {
        var followed = new ConnectionPoolOptions(_followed) { MinSize = sizes.MinSize, MaxSize = sizes.MaxSize, MinIdle = sizes.MinIdle };
        var defaults = new ConnectionPoolOptions();
        List<PoolSetting> described = [.. SettingTable.Rows.Where(row => !row.IsSection).Select(row => new PoolSetting
        {
            Name = row.Name,
            Value = row.Show(row.CanChange ? followed : _constructed),
            Default = row.Name == nameof(MinSize) ? row.Show(new ConnectionPoolOptions { MaxSize = sizes.MaxSize, Budget = Budget }) : row.Show(defaults),
            Unit = row.Unit,
            Description = row.Meaning,
            CanChange = row.CanChange,
        })];

        // The connection string's database, which is not an option.
        described.Insert(1, new PoolSetting
        {
            Name = "Address",
            Value = Target,
            Default = "the connection string's",
            Unit = "",
            Description = "The database system, and where connections lead.",
            CanChange = false,
        });
        return described;
    }

    /// <exception cref="PoolOptionsException">Settings are invalid; lists every problem.</exception>
    internal static PoolSettings Create(DatabaseProvider provider, ConnectionPoolOptions options)
    {
        var problems = new OptionProblems();
        problems.AddRange(options.Problems);
        SettingTable.Find(problems, options);
        var name = options.Name ?? (provider.Database.Length > 0 ? $"{provider.DatabaseSystem}/{provider.Database}" : provider.DatabaseSystem);
        var connection = new ConnectionSettings
        {
            PoolName = OptionProblems.IsUsableName(name) ? name : "",
            SessionReset = options.SessionReset ?? provider.DefaultSessionReset,

            // A reset is always a full one. The pool decides whether it is needed.
            ResetMode = options.ResetMode == ResetMode.WhenDirty ? ResetMode.Full : options.ResetMode,
            ConnectTimeout = options.ConnectTimeout,
            QueryTimeout = QueryLimit.OfServer(options.QueryTimeout),
        };
        if (options.CredentialsProvider is not null && !provider.SupportsCredentials)
        {
            problems.Add($"A CredentialsProvider is set, but {provider.DatabaseSystem} connections accept no credentials. Remove the callback.");
        }

        if (options.AmbientTransactionBehavior == AmbientTransactionBehavior.Enlist && provider.AmbientTransactionProblem is { } reason)
        {
            problems.Add($"AmbientTransactionBehavior is Enlist, but {reason} Use Throw or Ignore, or remove the setting.");
        }

        if (options.ResetMode == ResetMode.WhenDirty && provider is not ISessionRules)
        {
            problems.Add($"ResetMode is WhenDirty, but statements of {provider.DatabaseSystem} cannot be checked for their effect on a session. Use ResetMode.Full.");
        }

        problems.AddRange(provider.Validate(connection));

        if (options.Name is null && OptionProblems.NameProblem(name) is { } nameProblem)
        {
            problems.Add($"The name of the database {nameProblem}, so it cannot be the name of the pool. Set ConnectionPoolOptions.Name.");
        }

        PoolOptionsException.ThrowIfAny(OptionProblems.IsUsableName(name) ? name : provider.DatabaseSystem, problems);
        return new PoolSettings(name, provider, options, connection);
    }

    /// <summary>Creates the capacity that a pool with these settings begins with.</summary>
    internal Capacity CreateCapacity() => new(
        MinSize,
        MaxSize,
        SizingPolicy is null or { RecommendsOnly: true } ? MaxSize : Capacity.SmallestLimitOf(MinSize, MaxSize, Followed.MinIdle),
        MaxConcurrentOpens,
        OpenRetryBaseDelay > Capacity.ShortestHold ? OpenRetryBaseDelay : Capacity.ShortestHold,
        CredentialsProvider is not null)
    {
        MinIdle = Followed.MinIdle,
    };

    internal static void ThrowIfNotAcquireTimeout(TimeSpan acquireTimeout)
    {
        if (acquireTimeout < OptionProblems.ShortestWait || acquireTimeout > OptionProblems.LongestWait)
        {
            throw new ArgumentOutOfRangeException(nameof(acquireTimeout), acquireTimeout, "The acquire timeout is out of range. Use 1 ms to 1 day.");
        }
    }
}
