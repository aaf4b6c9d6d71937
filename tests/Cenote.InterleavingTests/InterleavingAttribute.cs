namespace Cenote.InterleavingTests;

/// <summary>A method whose interleavings are explored. It makes its own threads and asserts at rest.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class InterleavingAttribute : Attribute
{
    /// <summary>How many schedules are tried.</summary>
    public int Iterations { get; init; } = 200;

    /// <summary>Whether a bug was planted: then finding none is the failure.</summary>
    public bool MustFindBug { get; init; }
}
