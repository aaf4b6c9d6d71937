using System.Data;

namespace Cenote.StubDriver;

/// <summary>A transaction that changes nothing.</summary>
public sealed class StubTransaction(StubConnection connection, IsolationLevel isolationLevel) : DbTransaction
{
    /// <inheritdoc/>
    public override IsolationLevel IsolationLevel => isolationLevel;

    /// <inheritdoc/>
    protected override DbConnection DbConnection => connection;

    /// <inheritdoc/>
    public override void Commit() => connection.StubDatabase.Run(StubCall.Commit);

    /// <inheritdoc/>
    public override Task CommitAsync(CancellationToken cancellationToken = default) =>
        connection.StubDatabase.RunAsync(StubCall.Commit, session: null, cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Rollback()
    {
    }
}
