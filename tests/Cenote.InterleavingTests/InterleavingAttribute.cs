namespace Cenote.InterleavingTests;

/// <summary>A method whose interleavings are explored. It makes its own threads and asserts at rest.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class InterleavingAttribute : Attribute
{
    private const int Thorough = 20_000;

    /// <summary>How many schedules are tried. The search for a planted bug ends with the first that shows it.</summary>
    public int Iterations => MustFindBug ? Thorough : 200;

    /// <summary>Whether a bug was planted: then finding none is the failure.</summary>
    public bool MustFindBug { get; init; }
}
