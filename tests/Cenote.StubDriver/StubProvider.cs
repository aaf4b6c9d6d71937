namespace Cenote.StubDriver;

/// <summary>The provider of the stub driver.</summary>
public class StubProvider(StubDatabase database) : DatabaseProvider, IServerStatusReader, IReplicationPositionReader, ICommitOutcomeReader
{
    private Func<bool>? _clearsInline;
    private int _disposals;

    /// <summary>The server.</summary>
    public StubDatabase StubDatabase => database;

    /// <summary>Who clears a session, unless the pool's options say otherwise.</summary>
    public SessionReset Clearing { get; init; } = SessionReset.ByPool;

    /// <summary>Whether own reset clears on the returning caller's thread instead of in the background.</summary>
    public bool ClearsInline { get; init; }

    /// <summary>
    /// Instead of <see cref="CanResetInline"/>, asked each time: for drivers whose answer changes with the clearing.
    /// </summary>
    public Func<bool>? ClearsInlineNow { get; init; }

    /// <summary>Begins the branches of ambient transactions instead of the driver.</summary>
    public Func<PhysicalConnection, CancellationToken, ValueTask<TransactionBranch>>? BeginsBranch { get; init; }

    /// <summary>
    /// Why a session is not one of several in an ambient transaction, if the caller awaits the answer.
    /// </summary>
    public Func<Task<string?>>? TwoPhaseProblem { get; init; }

    /// <summary>What <see cref="Validate"/> reports.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What disposing of the provider throws.</summary>
    public Exception? DisposeFailure { get; init; }

    /// <summary>Whether the pool disposed of the provider.</summary>
    public int Disposals => Volatile.Read(ref _disposals);

    /// <summary>How the pool asked for connections, last.</summary>
    public ConnectionSettings? LastSettings { get; private set; }

    /// <inheritdoc/>
    public override string DatabaseSystem => "stub";

    /// <inheritdoc/>
    public override DbProviderFactory Factory => StubFactory.Instance;

    /// <inheritdoc/>
    public override string ConnectionString => "Host=stub;Database=stub";

    /// <inheritdoc/>
    public override string DataSource => "stub";

    /// <inheritdoc/>
    public override string Database => "stub";

    /// <inheritdoc/>
    public override SessionReset DefaultSessionReset => Clearing;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(ConnectionSettings settings) => Problems;

    /// <inheritdoc/>
    public override PhysicalConnection CreateConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        LastSettings = settings;
        var keepsSession = settings.SessionReset == SessionReset.ByDriver;
        var connection = new StubConnection(database, keepsSession) { Credentials = settings.Credentials };
        return keepsSession
            ? new StubDriverResetConnection(connection)
            : new StubOwnResetConnection(connection, settings.ResetMode, ClearsInlineNow ?? (_clearsInline ??= () => ClearsInline)) { BeginsBranch = BeginsBranch, TwoPhaseProblem = TwoPhaseProblem };
    }

    /// <summary>What the server says of its part among others; <see langword="null"/> when it cannot tell.</summary>
    public StubReplication? Replication { get; init; }

    /// <inheritdoc/>
    public async ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await RunAsync(connection, cancellationToken);
        return Replication?.Read() ?? ServerStatus.Unknown;
    }

    /// <inheritdoc/>
    public ReplicationPosition? ReadPosition(DbConnection connection, TimeSpan timeout)
    {
        LastPositionTimeout = timeout;
        return Replication?.Read().Position;
    }

    /// <summary>The timeout of the last blocking question for a position.</summary>
    public TimeSpan? LastPositionTimeout { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<ReplicationPosition?> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await RunAsync(connection, cancellationToken);
        return Replication?.Read().Position;
    }

    /// <inheritdoc/>
    public ReplicationPosition ParsePosition(string text) => StubPosition.Parse(text);

    private ValueTask RunAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (connection is StubConnection { Session: { } session })
        {
            session.ThrowIfDead();
        }

        return database.RunAsync(StubCall.Status, (connection as StubConnection)?.Session, cancellationToken);
    }

    /// <inheritdoc/>
    public override FailureKind ClassifyFailure(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is StubException stub)
            {
                return stub.Kind;
            }
        }

        return FailureClassification.Classify(exception);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Interlocked.Increment(ref _disposals) > 1)
        {
            database.Violate("the provider was disposed of twice");
        }

        if (!database.MayGiveUpAnyCall && database.OpenSessions.Any(session => session is { IsLate: false, IsGivenUp: false }))
        {
            database.Violate("the provider was disposed of before its last connection was closed");
        }

        database.Changed();
        return DisposeFailure is null ? base.DisposeAsync() : ValueTask.FromException(DisposeFailure);
    }

    /// <summary>What the server answers about a commit that it has not answered.</summary>
    public Func<CancellationToken, ValueTask<CommitReading>> ReadCommit { get; set; } =
        static _ => new ValueTask<CommitReading>(new CommitReading(CommitOutcome.Unknown, "the stub does not know"));

    /// <summary>What the check before the first work throws.</summary>
    public Exception? CheckFailure { get; init; }

    /// <summary>Whether a transaction has written something.</summary>
    public bool HasWritten { get; init; } = true;

    /// <inheritdoc/>
    public bool RequiresCommitTable { get; init; }

    /// <inheritdoc/>
    public string GetCommitTableScript(string table) => $"CREATE TABLE {table}";

    /// <inheritdoc/>
    public ValueTask CheckCommitsAsync(DbConnection connection, string? table, CancellationToken cancellationToken) =>
        CheckFailure is null ? ValueTask.CompletedTask : ValueTask.FromException(CheckFailure);

    /// <inheritdoc/>
    public object? IdentifyCommit(DbTransaction transaction, CommitMark mark) => HasWritten ? mark : null;

    /// <inheritdoc/>
    public ValueTask<object?> IdentifyCommitAsync(DbTransaction transaction, CommitMark mark, CancellationToken cancellationToken) =>
        new(IdentifyCommit(transaction, mark));

    /// <inheritdoc/>
    public ValueTask<CommitReading> ReadCommitOutcomeAsync(DbConnection connection, object commit, CancellationToken cancellationToken) =>
        ReadCommit(cancellationToken);
}
