using System.Runtime.CompilerServices;

namespace Cenote;

// Rents in a lane of the caller's choice. A rent reads the lane of the flow before it waits, so the scope may end then.
#pragma warning disable MA0100 // Await task before disposing of resources
public sealed partial class ConnectionPool
{
    /// <summary>
    /// Rents a connection in a lane, waiting up to <see cref="ConnectionPoolOptions.AcquireTimeout"/>.
    /// </summary>
    /// <param name="lane">The lane, instead of that of the flow.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/returns"/>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    /// <exception cref="ArgumentException">The pool does not have the lane, which is not optional.</exception>
    public ValueTask<ConnectionLease> RentAsync(
        Lane lane,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        using (Enter(lane))
        {
            return RentAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
        }
    }

    /// <summary>
    /// Rents a connection in a lane, blocking the calling thread up to
    /// <see cref="ConnectionPoolOptions.AcquireTimeout"/>.
    /// </summary>
    /// <inheritdoc cref="RentAsync(Lane, CancellationToken, string, int, string)"/>
    public ConnectionLease Rent(
        Lane lane,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        using (Enter(lane))
        {
            return Rent(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
        }
    }

    /// <summary>Opens a <see cref="PooledConnection"/> in a lane.</summary>
    /// <inheritdoc cref="RentAsync(Lane, CancellationToken, string, int, string)" path="/param"/>
    /// <inheritdoc cref="RentAsync(Lane, CancellationToken, string, int, string)" path="/exception"/>
    public ValueTask<PooledConnection> OpenConnectionAsync(
        Lane lane,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        using (Enter(lane))
        {
            return OpenConnectionAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
        }
    }

    /// <summary>Opens a <see cref="PooledConnection"/> in a lane, blocking the calling thread.</summary>
    /// <inheritdoc cref="RentAsync(Lane, CancellationToken, string, int, string)" path="/param[@name!='cancellationToken']"/>
    /// <inheritdoc cref="RentAsync(Lane, CancellationToken, string, int, string)" path="/exception"/>
    public PooledConnection OpenConnection(
        Lane lane,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        using (Enter(lane))
        {
            return OpenConnection(callerFilePath, callerLineNumber, callerMemberName);
        }
    }

    private IDisposable Enter(Lane lane)
    {
        ArgumentNullException.ThrowIfNull(lane);
        return lane.IsOptional || _engine.Desk.Lanes?.Find(lane) >= 0
            ? lane.BeginScope()
            : throw new ArgumentException(_engine.RentFailures.DescribeUnknownLane(lane.Name), nameof(lane));
    }
}
