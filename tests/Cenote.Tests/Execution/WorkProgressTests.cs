using Cenote.Execution;

namespace Cenote.Tests.Execution;

/// <summary>Which failure counts when letting go of something fails after it.</summary>
public sealed class WorkProgressTests
{
    private readonly WorkProgress _progress = new();
    private readonly InvalidOperationException _late = new("The transaction has completed.");

    [Theory]
    [InlineData(FailureKind.Transient, true, FailureKind.Transient)]
    [InlineData(FailureKind.Transient, false, FailureKind.Other)]
    [InlineData(FailureKind.ConnectionLost, true, FailureKind.ConnectionLost)]
    [InlineData(FailureKind.ConnectionLost, false, FailureKind.ConnectionLost)]
    [InlineData(FailureKind.Other, true, FailureKind.Other)]
    [InlineData(FailureKind.QueryTimeout, true, FailureKind.Other)]
    public void A_later_failure_counts_as_the_passing_one_that_it_hides(FailureKind first, bool isEnding, FailureKind expected)
    {
        _progress.RecordFailure(new StubException(first), first, isEnding: false);
        _progress.RecordFailure(_late, FailureKind.Other, isEnding);
        Assert.Equal(expected, _progress.FindKind(_late));
    }

    [Fact]
    public void A_lost_session_outweighs_what_went_before()
    {
        _progress.RecordFailure(new StubException(FailureKind.Transient), FailureKind.Transient, isEnding: false);
        _progress.RecordFailure(new StubException(FailureKind.ConnectionLost), FailureKind.ConnectionLost, isEnding: true);
        _progress.RecordFailure(_late, FailureKind.Other, isEnding: false);
        Assert.Equal(FailureKind.ConnectionLost, _progress.FindKind(_late));
    }

    [Fact]
    public void Every_failure_is_known_not_only_the_last()
    {
        var first = new IOException("An incomplete response was received.");
        _progress.RecordFailure(first, FailureKind.ConnectionLost, isEnding: false);
        _progress.RecordFailure(_late, FailureKind.Other, isEnding: true);
        Assert.Equal(FailureKind.ConnectionLost, _progress.FindKind(first));
        Assert.Null(_progress.FindKind(new IOException("elsewhere")));
    }
}
