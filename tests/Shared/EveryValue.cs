using Xunit;

namespace Cenote.Testing;

/// <summary>Data of theories: every value of an enumeration. Test projects compile this file.</summary>
public sealed class EveryValue<T> : TheoryData<T>
    where T : struct, Enum
{
    public EveryValue()
        : base(Enum.GetValues<T>())
    {
    }
}
