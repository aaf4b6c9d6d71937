using System.Reflection;
using Cenote.Events;
using Microsoft.Extensions.Logging;

namespace Cenote.Tests.Events;

public sealed class PoolLogTests
{
    /// <summary>Alerts refer to ids, so an id never changes its meaning and a new message gets a new id.</summary>
    [Theory]
    [InlineData("Started", 1)]
    [InlineData("PoolClosed", 2)]
    [InlineData("ManyPoolsFound", 3)]
    [InlineData("Opened", 10)]
    [InlineData("OpenRetried", 11)]
    [InlineData("OpenFailed", 12)]
    [InlineData("Closed", 20)]
    [InlineData("CloseFailed", 21)]
    [InlineData("ConnectionFailed", 22)]
    [InlineData("Abandoned", 23)]
    [InlineData("AcquireTimedOut", 30)]
    [InlineData("Resized", 40)]
    [InlineData("SizeRefused", 41)]
    [InlineData("Suspended", 42)]
    [InlineData("Resumed", 43)]
    [InlineData("Cleared", 44)]
    [InlineData("MaintenanceFailed", 50)]
    [InlineData("LeakSuspected", 60)]
    [InlineData("LeaseReturnedLate", 61)]
    [InlineData("LeaseRevoked", 62)]
    [InlineData("LeakHandlerFailed", 63)]
    [InlineData("NestedRent", 64)]
    [InlineData("TransactionInDoubt", 66)]
    public void A_messages_id_is_stable(string message, int id)
    {
        var method = typeof(PoolLog).GetMethod(message, BindingFlags.Static | BindingFlags.NonPublic)!;

        Assert.Equal(id, method.GetCustomAttribute<LoggerMessageAttribute>()!.EventId);
    }

    [Fact]
    public async Task What_happens_to_a_pool_is_logged_with_its_name_and_never_a_secret()
    {
        const string Secret = "s3cr3t-t0k3n";
        var test = TestPool.Create(options =>
        {
            options.CredentialsProvider = _ => ValueTask.FromResult(new DatabaseCredentials("user", Secret));
            (options.MaxOpenRetries, options.OpenRetryBaseDelay) = (1, TimeSpan.Zero);
        });
        test.Script.At(StubCall.Open, 1, StubStep.Fail());
        var lease = await test.Pool.RentAsync().Soon();
        lease.Stub().Break();
        lease.Dispose();
        test.Pool.Suspend();
        await Assert.ThrowsAsync<PoolTimeoutException>(async () =>
        {
            var rent = test.Pool.RentAsync(TimeSpan.FromSeconds(1)).AsTask();
            test.Time.Advance(TimeSpan.FromSeconds(1));
            await rent.Soon();
        });
        test.Pool.Resume();
        test.Pool.Resize(0, 1);
        test.Pool.Clear();
        await test.Pool.DisposeAsync().Soon();

        var records = test.Logger.Collector.GetSnapshot();
        foreach (var id in new[] { 1, 2, 10, 11, 20, 22, 30, 40, 42, 43, 44 })
        {
            Assert.Contains(records, record => record.Id.Id == id);
        }

        Assert.All(records, record =>
        {
            Assert.Contains("test", record.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, record.Message + record.Exception, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task No_exception_shows_a_secret()
    {
        const string Secret = "s3cr3t-t0k3n";
        await using var test = TestPool.Create(
            options => options.CredentialsProvider = _ => ValueTask.FromResult(new DatabaseCredentials("user", Secret)),
            script: new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.InvalidCredentials)));

        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());

        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, new DatabaseCredentials("user", Secret).ToString(), StringComparison.Ordinal);
    }
}
