using System.Data;
using System.Diagnostics.CodeAnalysis;

namespace Cenote.StubDriver;

/// <summary>
/// A driver's connection. With pooling it keeps its session over <see cref="Close"/> and <see cref="Open"/>, as a
/// driver pool of one does.
/// </summary>
public sealed class StubConnection(StubDatabase database, bool keepsSession) : DbConnection
{
    private ConnectionState _state;
    private bool _isBroken;
    private int _closes;

    /// <summary>The server.</summary>
    public StubDatabase StubDatabase => database;

    /// <summary>The session; <see langword="null"/> when none was opened.</summary>
    public StubSession? Session { get; private set; }

    /// <summary>Whether an open is under way.</summary>
    internal bool IsOpening { get; private set; }

    /// <summary>What was presented at the server's door.</summary>
    public DatabaseCredentials? Credentials { get; init; }

    /// <inheritdoc/>
    public override ConnectionState State => _state;

    /// <inheritdoc/>
    [AllowNull]
    public override string ConnectionString { get; set; } = "Host=stub;Database=stub";

    /// <inheritdoc/>
    public override string Database => "stub";

    /// <inheritdoc/>
    public override string DataSource => "stub";

    /// <inheritdoc/>
    public override string ServerVersion => "1.0";

    /// <inheritdoc/>
    protected override DbProviderFactory DbProviderFactory => StubFactory.Instance;

    /// <summary>A holder begins to use the session. Two at once are a violation.</summary>
    public void BeginUse() => SessionOrThrow().BeginUse();

    /// <summary>The holder is done with the session.</summary>
    public void EndUse() => SessionOrThrow().EndUse();

    /// <summary>Counts a close by the pool. A second one is a violation.</summary>
    internal void NoteClose()
    {
        if (Interlocked.Increment(ref _closes) > 1)
        {
            database.Violate("a connection was closed twice");
        }
    }

    /// <summary>The driver notices that the session is gone.</summary>
    public void Break()
    {
        Session?.Kill();
        _isBroken = true;
        _state = ConnectionState.Broken;
    }

    /// <inheritdoc/>
    public override void Open()
    {
        if (keepsSession && Session is { } kept)
        {
            BeginLease(kept);
            return;
        }

        IsOpening = true;
        try
        {
            database.Run(StubCall.Open);
            Connected(late: false);
        }
        finally
        {
            IsOpening = false;
        }

        _state = ConnectionState.Open;
    }

    /// <inheritdoc/>
    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (keepsSession && Session is { } kept)
        {
            BeginLease(kept);
            return;
        }

        IsOpening = true;
        try
        {
            await database.RunAsync(StubCall.Open, session: null, cancellationToken);
            Connected(cancellationToken.IsCancellationRequested);
        }
        finally
        {
            IsOpening = false;
        }

        _state = ConnectionState.Open;
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (keepsSession && Session is { } kept)
        {
            _state = ConnectionState.Closed;
            if (kept.IsDirty)
            {
                Clear(kept);
            }

            return;
        }

        EndSession();
    }

    /// <inheritdoc/>
    public override Task CloseAsync()
    {
        Close();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    /// <summary>Ends the session for good.</summary>
    internal void EndSession()
    {
        _state = ConnectionState.Closed;
        if (Session is { HasEnded: false } session)
        {
            session.End();
        }
    }

    internal StubSession SessionOrThrow() => Session ?? throw new InvalidOperationException("The connection is closed.");

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new StubTransaction(this, isolationLevel);

    /// <inheritdoc/>
    public override void EnlistTransaction(System.Transactions.Transaction? transaction) =>
        transaction?.EnlistVolatile(new StubEnlistment(this), System.Transactions.EnlistmentOptions.None);

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => new StubCommand { Connection = this };

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            EndSession();
        }

        base.Dispose(disposing);
    }

    private void Connected(bool late)
    {
        if (Session is not null)
        {
            database.Violate($"session {Session.Id} was opened again");
        }

        database.CredentialsSeen.Enqueue(Credentials);
        Session = database.AddSession(late);
        database.Changed();
    }

    private void BeginLease(StubSession kept)
    {
        if (kept.HasEnded || _isBroken)
        {
            // A driver would connect here, on the renter's path: the pool must have given up this slot before.
            // A session that the server has ended is another matter: no driver knows before it asks.
            database.Violate($"session {kept.Id} was known to be gone when a lease began");
        }

        if (database.WatchingHotCalls)
        {
            database.Run(StubCall.BeginLease, kept);
        }

        _state = ConnectionState.Open;
    }

    private void Clear(StubSession kept)
    {
        if (database.WatchingHotCalls)
        {
            kept.BeginPoolCall(StubCall.Clear);
            try
            {
                database.Run(StubCall.Clear, kept);
            }
            finally
            {
                kept.EndPoolCall();
            }
        }

        kept.ThrowIfDead();
        kept.Cleared();
    }
}
