namespace Cenote.EntityFrameworkCoreTests.Databases;

/// <summary>The databases of one pool, and a replica set.</summary>
public sealed class PoolsAndSet : TheoryData<Db>
{
    public PoolsAndSet()
        : base(Enum.GetValues<Db>())
    {
    }
}
