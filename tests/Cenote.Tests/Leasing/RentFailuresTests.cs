namespace Cenote.Tests.Leasing;

public sealed class RentFailuresTests
{
    [Fact]
    public async Task Failed_start_without_a_failure_to_open_names_what_ended_the_rent()
    {
        await using var test = await TestPool.FullAsync(1);
        var failures = test.Pool.Engine.RentFailures;

        var exception = failures.NotStarted(failures.Closed());

        Assert.IsType<PoolClosedException>(exception.InnerException);
        Assert.Contains("'test'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_to_open_ends_with_the_advice_of_the_provider()
    {
        await using var test = await TestPool.FullAsync(1);
        var failure = new OpenFailure(new InvalidOperationException("refused."), FailureKind.InvalidCredentials, DateTimeOffset.UnixEpoch, 2) { Recommendation = "Do this." };

        var exception = test.Pool.Engine.RentFailures.OpenFailed(failure);

        Assert.EndsWith("refused. Do this.", exception.Message, StringComparison.Ordinal);
        Assert.Contains("2 tries", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Circuit_that_was_opened_by_hand_promises_no_time_for_the_next_try()
    {
        await using var test = await TestPool.FullAsync(1);
        test.Pool.IsolateCircuit();

        Assert.Null(test.Pool.Engine.RentFailures.CircuitOpen().RetryAfter);
    }
}
