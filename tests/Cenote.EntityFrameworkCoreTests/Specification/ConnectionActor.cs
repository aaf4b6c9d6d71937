using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCoreTests.Specification;

/// <summary>Acts on connections.</summary>
internal sealed class ConnectionActor : DbConnectionInterceptor
{
    internal Func<DbConnection>? Creates { get; init; }

    internal Func<DbConnection, DbConnection>? Replaces { get; init; }

    internal Action<DbConnection>? Opens { get; init; }

    internal Action<DbConnection>? KeepsFromDisposal { get; init; }

    public override InterceptionResult<DbConnection> ConnectionCreating(ConnectionCreatingEventData eventData, InterceptionResult<DbConnection> result) =>
        Creates is null ? result : InterceptionResult<DbConnection>.SuppressWithResult(Creates());

    public override DbConnection ConnectionCreated(ConnectionCreatedEventData eventData, DbConnection result) => Replaces?.Invoke(result) ?? result;

    public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        Opens?.Invoke(connection);
        return Opens is null ? result : InterceptionResult.Suppress();
    }

    public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(ConnectionOpening(connection, eventData, result));

    public override InterceptionResult ConnectionDisposing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        KeepsFromDisposal?.Invoke(connection);
        return KeepsFromDisposal is null ? result : InterceptionResult.Suppress();
    }

    public override ValueTask<InterceptionResult> ConnectionDisposingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        new(ConnectionDisposing(connection, eventData, result));
}
