using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCoreTests.Watching;

internal sealed class ConnectionRecorder(CallRecorder calls) : DbConnectionInterceptor
{
    public override InterceptionResult<DbConnection> ConnectionCreating(ConnectionCreatingEventData eventData, InterceptionResult<DbConnection> result) =>
        Note(result, nameof(ConnectionCreating));

    public override DbConnection ConnectionCreated(ConnectionCreatedEventData eventData, DbConnection result) => Note(result, nameof(ConnectionCreated));

    public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => Note(result, nameof(ConnectionOpening));

    public override ValueTask<InterceptionResult> ConnectionOpeningAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(Note(result, nameof(ConnectionOpeningAsync)));

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => calls.Note(nameof(ConnectionOpened));

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(ConnectionOpenedAsync));
        return Task.CompletedTask;
    }

    public override InterceptionResult ConnectionClosing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => Note(result, nameof(ConnectionClosing));

    public override ValueTask<InterceptionResult> ConnectionClosingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        new(Note(result, nameof(ConnectionClosingAsync)));

    public override void ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData) => calls.Note(nameof(ConnectionClosed));

    public override Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        calls.Note(nameof(ConnectionClosedAsync));
        return Task.CompletedTask;
    }

    public override InterceptionResult ConnectionDisposing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => Note(result, nameof(ConnectionDisposing));

    public override ValueTask<InterceptionResult> ConnectionDisposingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        new(Note(result, nameof(ConnectionDisposingAsync)));

    public override void ConnectionDisposed(DbConnection connection, ConnectionEndEventData eventData) => calls.Note(nameof(ConnectionDisposed));

    public override Task ConnectionDisposedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        calls.Note(nameof(ConnectionDisposedAsync));
        return Task.CompletedTask;
    }

    public override void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) => calls.Note(nameof(ConnectionFailed));

    public override Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(ConnectionFailedAsync));
        return Task.CompletedTask;
    }

    public override void ConnectionCanceled(DbConnection connection, ConnectionEndEventData eventData) => calls.Note(nameof(ConnectionCanceled));

    public override Task ConnectionCanceledAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.Note(nameof(ConnectionCanceledAsync));
        return Task.CompletedTask;
    }

    private T Note<T>(T result, string call)
    {
        calls.Note(call);
        return result;
    }
}
