using System.Data;
using System.Data.Common;

namespace Cenote.StubDriver;

/// <summary>A transaction that changes nothing.</summary>
public sealed class StubTransaction(StubConnection connection, IsolationLevel isolationLevel) : DbTransaction
{
    /// <inheritdoc/>
    public override IsolationLevel IsolationLevel => isolationLevel;

    /// <inheritdoc/>
    protected override DbConnection DbConnection => connection;

    /// <inheritdoc/>
    public override void Commit()
    {
    }

    /// <inheritdoc/>
    public override void Rollback()
    {
    }
}
