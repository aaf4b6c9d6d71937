using Microsoft.Coyote.Specifications;

namespace Cenote.InterleavingTests;

/// <summary>What must hold.</summary>
internal static class Check
{
    public static void That(bool holds, string what) => Specification.Assert(holds, "{0}", what);
}
