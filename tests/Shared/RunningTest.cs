using Xunit;

namespace Cenote.Testing;

/// <summary>The test that runs. Test projects compile this file and use it statically.</summary>
internal static class RunningTest
{
    /// <summary>Gets a token that is cancelled when the run of the tests is stopped.</summary>
    internal static CancellationToken Stop => TestContext.Current.CancellationToken;
}
