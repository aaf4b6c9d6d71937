using System.Runtime.CompilerServices;

namespace Cenote.Tests.Routing;

/// <summary>A route that leads where the test says.</summary>
internal sealed class Switch(ConnectionPool first) : RoutedDataSource
{
    public ConnectionPool Target { get; set; } = first;

    public override ConnectionPool Home { get; } = first;

    public override ValueTask<ConnectionLease> RentAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string filePath = "",
        [CallerLineNumber] int lineNumber = 0,
        [CallerMemberName] string memberName = "") =>
        Target.RentAsync(cancellationToken, filePath, lineNumber, memberName);

    public override ConnectionLease Rent(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string filePath = "",
        [CallerLineNumber] int lineNumber = 0,
        [CallerMemberName] string memberName = "") =>
        Target.Rent(cancellationToken, filePath, lineNumber, memberName);
}
