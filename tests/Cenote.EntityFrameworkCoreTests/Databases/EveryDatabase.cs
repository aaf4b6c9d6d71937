namespace Cenote.EntityFrameworkCoreTests.Databases;

public sealed class EveryDatabase : TheoryData<Db>
{
    public EveryDatabase()
        : base(Enum.GetValues<Db>())
    {
    }
}
