namespace Cenote.AdoNetTests.Databases;

public sealed class ServerDatabases : TheoryData<Db>
{
    public ServerDatabases()
        : base(Db.PostgreSqlOwnReset, Db.PostgreSqlDriverReset, Db.MariaDb)
    {
    }
}
