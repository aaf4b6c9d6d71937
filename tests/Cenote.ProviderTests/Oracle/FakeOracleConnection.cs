using System.Diagnostics.CodeAnalysis;

namespace Cenote.ProviderTests.Oracle;

/// <summary>
/// The driver's connection as documented: commits each statement outside a transaction unless told not to
/// (<c>AutoCommit</c>, 23ai), refuses a second transaction, rolls back on close, and drops the password from its
/// connection string once open.
/// </summary>
internal sealed class FakeOracleConnection(FakeOracleDatabase database) : DbConnection
{
    private ConnectionState _state;
    private string _connectionString = "";

    internal FakeOracleSession? Session { get; private set; }

    internal FakeOracleTransaction? Transaction { get; set; }

    internal bool AutoCommit { get; set; } = true;

    [AllowNull]
    public override string ConnectionString
    {
        get => _connectionString;
        set => _connectionString = value ?? "";
    }

    public override string Database => "";

    public override string DataSource => "//db/shop";

    public override string ServerVersion => "23.0.0.0.0";

    public override ConnectionState State => Session is { IsDead: true } ? ConnectionState.Closed : _state;

    public override void Open()
    {
        Session = database.LogIn(_connectionString);
        var shown = new DbConnectionStringBuilder { ConnectionString = _connectionString };
        if (string.Equals(shown["Persist Security Info"].ToString(), "false", StringComparison.OrdinalIgnoreCase))
        {
            shown.Remove("Password");
        }

        _connectionString = shown.ConnectionString;
        _state = ConnectionState.Open;
    }

    public override void Close()
    {
        Session?.End(commits: false);
        Session = null;
        _state = ConnectionState.Closed;
    }

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        if (Transaction is not null)
        {
            throw new InvalidOperationException("A transaction has already been started.");
        }

        return Transaction = new FakeOracleTransaction(this);
    }

    protected override DbCommand CreateDbCommand() => new FakeOracleCommand(this);

    protected override void Dispose(bool disposing)
    {
        Close();
        base.Dispose(disposing);
    }
}
