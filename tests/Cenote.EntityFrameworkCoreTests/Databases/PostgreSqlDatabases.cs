namespace Cenote.EntityFrameworkCoreTests.Databases;

public sealed class PostgreSqlDatabases : TheoryData<Db>
{
    public PostgreSqlDatabases()
        : base(Db.PostgreSqlOwnReset, Db.PostgreSqlDriverReset)
    {
    }
}
