using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCore.Connections;

// All other calls go to the user's interceptors.
internal sealed partial class ConnectionSupplier
{
    public DbConnection ConnectionCreated(ConnectionCreatedEventData eventData, DbConnection result) =>
        theirs?.ConnectionCreated(eventData, result) ?? result;

    public InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        theirs?.ConnectionOpening(connection, eventData, result) ?? result;

    public ValueTask<InterceptionResult> ConnectionOpeningAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        theirs?.ConnectionOpeningAsync(connection, eventData, result, cancellationToken) ?? new ValueTask<InterceptionResult>(result);

    public void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => theirs?.ConnectionOpened(connection, eventData);

    public Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default) =>
        theirs?.ConnectionOpenedAsync(connection, eventData, cancellationToken) ?? Task.CompletedTask;

    public InterceptionResult ConnectionClosing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        theirs?.ConnectionClosing(connection, eventData, result) ?? result;

    public ValueTask<InterceptionResult> ConnectionClosingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        theirs?.ConnectionClosingAsync(connection, eventData, result) ?? new ValueTask<InterceptionResult>(result);

    public void ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData) => theirs?.ConnectionClosed(connection, eventData);

    public Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData) =>
        theirs?.ConnectionClosedAsync(connection, eventData) ?? Task.CompletedTask;

    public InterceptionResult ConnectionDisposing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        theirs?.ConnectionDisposing(connection, eventData, result) ?? result;

    public ValueTask<InterceptionResult> ConnectionDisposingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        theirs?.ConnectionDisposingAsync(connection, eventData, result) ?? new ValueTask<InterceptionResult>(result);

    public void ConnectionDisposed(DbConnection connection, ConnectionEndEventData eventData) => theirs?.ConnectionDisposed(connection, eventData);

    public Task ConnectionDisposedAsync(DbConnection connection, ConnectionEndEventData eventData) =>
        theirs?.ConnectionDisposedAsync(connection, eventData) ?? Task.CompletedTask;

    public void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) => theirs?.ConnectionFailed(connection, eventData);

    public Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default) =>
        theirs?.ConnectionFailedAsync(connection, eventData, cancellationToken) ?? Task.CompletedTask;

    public void ConnectionCanceled(DbConnection connection, ConnectionEndEventData eventData) => theirs?.ConnectionCanceled(connection, eventData);

    public Task ConnectionCanceledAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default) =>
        theirs?.ConnectionCanceledAsync(connection, eventData, cancellationToken) ?? Task.CompletedTask;
}
