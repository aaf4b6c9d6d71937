namespace Cenote.EntityFrameworkCoreTests.Databases;

/// <summary>The databases of one pool.</summary>
public sealed class EveryDatabase : TheoryData<Db>
{
    public EveryDatabase()
        : base(Db.Sqlite, Db.PostgreSqlOwnReset, Db.PostgreSqlDriverReset)
    {
    }
}
