using System.Runtime.CompilerServices;
using Cenote.ReadReplicas.Routing;

namespace Cenote;

// The same behind the safe face of a connection, and the intent of a flow.
public sealed partial class ReplicaSet
{
    private readonly AsyncLocal<RouteFlow?> _flow = new();

    /// <summary>Gets the intent of the innermost scope of the flow; <see langword="null"/> without one.</summary>
    internal ConnectionIntent? StatedIntent => _flow.Value?.Intent;

    private ConnectionIntent Intent => StatedIntent ?? ConnectionIntent.Write;

    /// <summary>
    /// Rents for the intent of the flow, which is writing outside of a <see cref="BeginReadScope"/>.
    /// </summary>
    /// <inheritdoc/>
    public override ValueTask<ConnectionLease> RentAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        Intent == ConnectionIntent.Read
            ? RentReadAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName)
            : RentWriteAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>Rents for the intent of the flow, blocking the calling thread.</summary>
    /// <inheritdoc/>
    public override ConnectionLease Rent(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        Intent == ConnectionIntent.Read
            ? RentRead(cancellationToken, callerFilePath, callerLineNumber, callerMemberName)
            : RentWrite(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>Opens a connection to the primary.</summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <inheritdoc cref="RentWriteAsync" path="/exception"/>
    public ValueTask<PooledConnection> OpenWriteConnectionAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        WriteDataSource.OpenConnectionAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>Opens a connection to the primary, blocking the calling thread.</summary>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <inheritdoc cref="RentWriteAsync" path="/exception"/>
    public PooledConnection OpenWriteConnection(
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        WriteDataSource.OpenConnection(callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>Opens a connection to a replica; to the primary when no replica can serve.</summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <inheritdoc cref="RentReadAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ValueTask<PooledConnection> OpenReadConnectionAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        ReadDataSource.OpenConnectionAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>
    /// Opens a connection to a replica that has reached the position of a token; to the primary when no replica reaches
    /// it in time.
    /// </summary>
    /// <param name="token">The token that the read must see.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <remarks>After it is closed and opened again, the connection reads without the token.</remarks>
    /// <inheritdoc cref="RentReadAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ValueTask<PooledConnection> OpenReadConnectionAsync(
        CausalToken token,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        ((IntentDataSource)ReadDataSource).WrapAsync(RentReadAsync(token, cancellationToken, callerFilePath, callerLineNumber, callerMemberName), callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>
    /// Opens a connection to a replica, blocking the calling thread; to the primary when no replica can serve.
    /// </summary>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <inheritdoc cref="RentReadAsync(CancellationToken, string, int, string)" path="/exception"/>
    public PooledConnection OpenReadConnection(
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        ReadDataSource.OpenConnection(callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>
    /// Begins a scope in which the connections of this flow are for reading by default: the ones of
    /// <see cref="RoutedDataSource.OpenConnectionAsync(CancellationToken, string, int, string)"/> and of libraries that
    /// use the set.
    /// </summary>
    /// <returns>The scope. Dispose of it in the method that began it.</returns>
    /// <remarks>
    /// Flows with <see langword="await"/> and into tasks that are started within it, as an <see cref="AsyncLocal{T}"/>
    /// does: a scope that a method awaited begins ends with that method.
    /// </remarks>
    public IDisposable BeginReadScope() => BeginScope(ConnectionIntent.Read);

    /// <summary>
    /// Begins a scope in which the connections of this flow are for writing again, within a
    /// <see cref="BeginReadScope"/>.
    /// </summary>
    /// <inheritdoc cref="BeginReadScope"/>
    public IDisposable BeginWriteScope() => BeginScope(ConnectionIntent.Write);

    private IntentScope BeginScope(ConnectionIntent intent)
    {
        var before = _flow.Value;
        var mine = new RouteFlow(intent, before?.Causal);
        _flow.Value = mine;
        return new IntentScope(_flow, mine, before);
    }
}
