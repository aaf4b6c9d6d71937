#pragma warning disable
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
namespace Cenote;
// Placeholder until the ADO.NET face lands: replace this file.
public sealed class PooledConnection : DbConnection
{
    ConnectionLease _lease;
    internal PooledConnection(ConnectionPool pool, string? filePath, int lineNumber, string? memberName) { }
    internal PooledConnection(ConnectionPool pool, ConnectionLease lease, string? filePath, int lineNumber, string? memberName) { _lease = lease; }
    [AllowNull] public override string ConnectionString { get => ""; set { } }
    public override string Database => "";
    public override string DataSource => "";
    public override string ServerVersion => "";
    public override ConnectionState State => default;
    public override void ChangeDatabase(string databaseName) { }
    public override void Close() => _lease.Dispose();
    public override void Open() { }
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new InvalidOperationException();
    protected override DbCommand CreateDbCommand() => throw new InvalidOperationException();
}
