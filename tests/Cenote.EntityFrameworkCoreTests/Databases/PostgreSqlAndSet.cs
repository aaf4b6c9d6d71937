namespace Cenote.EntityFrameworkCoreTests.Databases;

public sealed class PostgreSqlAndSet : TheoryData<Db>
{
    public PostgreSqlAndSet()
        : base(Db.PostgreSqlOwnReset, Db.PostgreSqlDriverReset, Db.ReplicaSet)
    {
    }
}
