using System.Net;
using System.Net.Sockets;
using Microsoft.Data.SqlClient;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>The real driver, and a port that refuses.</summary>
public sealed class SqlServerAbsenceTests
{
    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task First_attempts_get_five_seconds_because_the_driver_uses_all_it_is_given(SessionReset clearing)
    {
        // Bound, and not listening: the port refuses, and no other process gets it.
        using var port = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var connectionString = $"Data Source=127.0.0.1,{((IPEndPoint)port.LocalEndPoint!).Port};User ID=u;Password=p;Encrypt=false";

        var opened = new TaskCompletionSource<SqlConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isOpening = false;
        await using var pool = new ConnectionPool(
            new SqlServerProvider(connectionString, connection => _ = Volatile.Read(ref isOpening) && opened.TrySetResult(connection)),
            new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, SessionReset = clearing });
        Volatile.Write(ref isOpening, true);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var renting = pool.RentAsync(cancellation.Token).AsTask();

        // With 15 s each, the driver's default and the pool's, the circuit would open after 46 s: later than callers
        // wait.
        Assert.Equal(5, (await opened.Task.WaitAsync(TestContext.Current.CancellationToken)).ConnectionTimeout);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => renting);
    }
}
