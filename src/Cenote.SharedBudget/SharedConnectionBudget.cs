using Cenote.SharedBudget.Events;
using Cenote.SharedBudget.Renewal;
using Cenote.SharedBudget.Stores;
using Cenote.SharedBudget.Telemetry;
using Cenote.Time;

namespace Cenote;

/// <summary>
/// The part of an instance in a maximum number of connections that all instances of an application share. Thread-safe.
/// </summary>
/// <remarks>
/// Instances report what they want and get grants with a time to live, max-min fair. An instance that is killed, frozen
/// or cut off keeps what it has until the server has ended those sessions. Give <see cref="Budget"/> to each pool, and
/// <see cref="AddLabel"/> to each connection string.
/// </remarks>
public sealed class SharedConnectionBudget : IAsyncDisposable
{
    private readonly SharedBudgetOptions _options;
    private readonly SessionLabel _label;
    private readonly StateJournal _journal;
    private readonly RenewalLoop _loop;
    private readonly Grant _grant;
    private int _isDisposed;

    private SharedConnectionBudget(SharedBudgetOptions options)
    {
        _options = options;
        var settings = options.ToSettings();
        _label = new SessionLabel(options.Name!);
        _journal = new StateJournal(options.LoggerFactory, options.Name!, _label.Instance);
        _journal.Changes.Sender = this;
        _grant = new Grant(options.TimeProvider, settings, options.MaxOpening);
        if (options.Redis is null)
        {
            // It asks in the session in which it counts.
            _grant.HoldControl();
        }

        Budget = new ConnectionBudget(options.Name!, _grant);
        var database = options.Database!;
        var connection = database.CreateConnection(_label);
        IGrantStore store = options.Redis is { } redis ? new RedisGrantStore(redis, options.Name!) : new DatabaseGrantStore(connection, database.Dialect, options.Name!);
        var renewer = new Renewer(store, Budget, _grant, settings, _label, options.TimeProvider);
        _loop = new RenewalLoop(options, renewer, _grant, Budget, _label, new SessionCounter(connection, database.Dialect, _label), connection, _journal);
    }

    /// <summary>
    /// Occurs when the instance gets a grant or loses it. Handlers run one at a time on the thread pool.
    /// </summary>
    public event EventHandler<SharedBudgetStateChangedEventArgs>? StateChanged
    {
        add => _journal.Changes.Occurred += value;
        remove => _journal.Changes.Occurred -= value;
    }

    /// <summary>Gets the budget of this instance, whose size follows the grant. Set it in every pool.</summary>
    public ConnectionBudget Budget { get; }

    /// <summary>Gets the name of this instance: random, and new at each start.</summary>
    public string Instance => _label.Instance;

    /// <summary>Joins a budget, and waits for the first grant: about <see cref="SharedBudgetOptions.TimeToLive"/> where
    /// the grants are new or were lost, because the sessions at the server are counted first.</summary>
    /// <param name="options">The settings, which are copied.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>The budget. It has the guaranteed connections where Redis has not answered within
    /// <see cref="SharedBudgetOptions.TimeToLive"/>, and none where the database has not answered within 5 s
    /// either.</returns>
    /// <exception cref="ArgumentException">The options are not valid; lists every problem.</exception>
    /// <exception cref="InvalidOperationException">The settings differ from those of the instances that run; names
    /// both. Or another version of this package keeps the grants in another format.</exception>
    /// <exception cref="NotSupportedException">The server does not tell the sessions of the instances
    /// apart.</exception>
    /// <exception cref="TimeoutException">More instances exist than were declared, and nothing was free for this one
    /// within <see cref="SharedBudgetOptions.StartTimeout"/>; or Redis has answered and the database has not for 15 s,
    /// or for <see cref="SharedBudgetOptions.StartTimeout"/> if that is less.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static async Task<SharedConnectionBudget> StartAsync(SharedBudgetOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var copy = options.Copy();
        copy.Validate();
        copy.TimeProvider = QuietTimeProvider.Of(copy.TimeProvider);
        var shared = new SharedConnectionBudget(copy);
        SharedBudgetMetrics.Add(shared);
        try
        {
            await shared._loop.BeginAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            shared._label.Fix();
            return shared;
        }
        catch
        {
            await shared.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Adds the name of this instance to the name of the application in a connection string, so that the server counts
    /// the sessions as this instance's. A session without it is not counted, and one that changes its
    /// <c>application_name</c> is not either.
    /// </summary>
    /// <param name="connectionString">A connection string of the driver of the database.</param>
    /// <exception cref="ArgumentException">The driver cannot read the connection string.</exception>
    public string AddLabel(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        return _options.Database!.AddLabel(connectionString, _label, pooling: true);
    }

    /// <summary>Gets the numbers of this instance.</summary>
    public SharedBudgetStatistics GetStatistics()
    {
        var answer = _loop.Answer;
        var budget = Budget.GetStatistics();
        return new SharedBudgetStatistics
        {
            Name = Budget.Name,
            Instance = Instance,
            State = _journal.State,
            MaxConnections = _options.MaxConnections,
            Granted = _grant.MayConnect ? budget.MaxConnections + 1 : 0,
            Guaranteed = _grant.Guaranteed,
            Connections = budget.Connections,
            Demand = _loop.Demand,
            LiveInstances = answer.Live,
            ExpiredInstances = answer.Others.Count(static other => other.IsExpired),
            Renewals = _loop.Renewals,
            FailedRenewals = _loop.Failures,
            EndedSessions = _loop.EndedSessions,
            LastFailure = _journal.LastFailure,
        };
    }

    /// <summary>
    /// Gives the grant back. Dispose of the pools first: a pool that is still open gets no connection any more, closes
    /// its idle ones, and the others as they are returned. They stay taken until they are closed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            SharedBudgetMetrics.Remove(this);
            await _loop.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Returns the numbers of connections and instances as text.</summary>
    public override string ToString() => GetStatistics().ToString();
}
