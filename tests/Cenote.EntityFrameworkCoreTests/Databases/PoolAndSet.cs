namespace Cenote.EntityFrameworkCoreTests.Databases;

public sealed class PoolAndSet : TheoryData<Db>
{
    public PoolAndSet()
        : base(Db.PostgreSqlDriverReset, Db.ReplicaSet)
    {
    }
}
