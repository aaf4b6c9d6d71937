using System.Runtime.CompilerServices;

namespace Cenote.Tests.Routing;

/// <summary>A route that leads where the test says.</summary>
internal sealed class Switch(ConnectionPool first) : RoutedDataSource
{
    public ConnectionPool Target { get; set; } = first;

    public override ConnectionPool DefaultPool { get; } = first;

    public override ValueTask<ConnectionLease> RentAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        Target.RentAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);

    public override ConnectionLease Rent(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        Target.Rent(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
}
