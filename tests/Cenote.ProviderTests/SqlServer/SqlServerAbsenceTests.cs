using System.Net;
using System.Net.Sockets;
using Cenote.Resilience;
using Cenote.SqlServer;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>The real driver and nobody who listens.</summary>
public sealed class SqlServerAbsenceTests
{
    [Fact]
    public async Task The_first_caller_is_told_before_its_patience_ends()
    {
        // Bound, and not listening: the port refuses, and nobody else gets it.
        using var port = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = (IPEndPoint)port.LocalEndPoint!;
        await using var pool = new ConnectionPool(
            new SqlServerProvider($"Data Source=127.0.0.1,{address.Port};User ID=u;Password=p;Encrypt=false"),
            new ConnectionPoolOptions { MinSize = 1, MaxSize = 4, AcquireTimeout = TimeSpan.FromSeconds(40) });

        // With tries of 15 s each the circuit would open after 46 s.
        var failure = await Assert.ThrowsAnyAsync<PoolException>(async () => await pool.RentAsync(TestContext.Current.CancellationToken));

        Assert.True(failure is CircuitOpenException or ConnectionOpenException, failure.ToString());
        Assert.NotEqual(CircuitState.Closed, pool.GetCircuit().State);
        Assert.DoesNotContain("=p", failure.ToString(), StringComparison.Ordinal);
    }
}
