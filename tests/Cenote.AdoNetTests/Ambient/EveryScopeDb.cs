namespace Cenote.AdoNetTests.Ambient;

public sealed class EveryScopeDb : TheoryData<ScopeDb>
{
    public EveryScopeDb()
        : base(Enum.GetValues<ScopeDb>())
    {
    }
}
