using System.Data;
using System.Diagnostics.CodeAnalysis;

namespace Cenote.SecretsTests;

/// <summary>Factories without a connection string builder: the driver itself is the first to read the text.</summary>
internal static class Builderless
{
    /// <summary>
    /// A driver that reads the text when it opens the connection, and quotes all of it when it cannot.
    /// </summary>
    public static DbProviderFactory ThatParsesLate { get; } = new Factory(static () => new LateConnection());

    /// <summary>A driver that fails like this to open a connection.</summary>
    public static DbProviderFactory ThatFails(Exception failure) => new Factory(() => new LateConnection(failure));

    public static DbProviderFactory Of(DbProviderFactory driver) => new Factory(driver.CreateConnection);

    private sealed class Factory(Func<DbConnection?> create) : DbProviderFactory
    {
        public override DbConnection? CreateConnection() => create();
    }

    private sealed class LateConnection(Exception? failure = null) : DbConnection
    {
        [AllowNull]
        public override string ConnectionString { get; set; } = "";

        public override string Database => "";

        public override string DataSource => "";

        public override string ServerVersion => "";

        public override ConnectionState State => ConnectionState.Closed;

        public override void Open()
        {
            if (failure is not null)
            {
                throw failure;
            }

            var inner = new FormatException($"cannot read '{ConnectionString}'");
            inner.Data["text"] = ConnectionString;
            throw new InvalidOperationException("cannot open", inner);
        }

        public override void Close()
        {
        }

        public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => throw new NotSupportedException();
    }
}
