using Cenote.Cli.Measuring;

namespace Cenote.CliTests.Measuring;

public sealed class StatementLoadTests
{
    [Fact]
    public async Task Each_client_of_a_database_in_the_process_has_its_own_thread()
    {
        const int clients = 40;
        var source = new MeetingSource(clients);
        await using (source)
        {
            var load = new StatementLoad("SELECT meet()", source.Clock, isInProcess: true);

            // The clock moves once as many threads as there are clients execute at the same time.
            var result = await load.RunAsync(source, clients, TimeSpan.FromSeconds(1), CancellationToken.None);

            Assert.True(result.PerSecond > 0);
        }

        Assert.Equal(clients, source.Threads.Count);
        Assert.DoesNotContain(source.Threads.Values, static isOfPool => isOfPool);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_turn_without_an_execution_is_an_error_that_says_so(bool isInProcess)
    {
        await using var source = new MeetingSource(clients: 1);
        var load = new StatementLoad("SELECT 1", new LateClock(), isInProcess);

        var exception = await Assert.ThrowsAsync<MeasurementException>(() => load.RunAsync(source, 2, TimeSpan.FromSeconds(1), CancellationToken.None));

        Assert.Contains("Nothing was executed in a turn of 1000 ms", exception.Message);
    }

    /// <summary>An hour passes between two looks.</summary>
    private sealed class LateClock : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => Interlocked.Add(ref _now, 3600 * TimestampFrequency);
    }
}
