namespace Cenote.PostgreSql;

/// <summary>
/// The event handlers and callbacks of Npgsql's connection. Its events do not list them, so they are read from their
/// private fields.
/// </summary>
/// <param name="Notice">The handlers of <see cref="NpgsqlConnection.Notice"/>.</param>
/// <param name="Notification">The handlers of <see cref="NpgsqlConnection.Notification"/>.</param>
/// <param name="Callbacks">The callbacks for a session that the connection object may open later.</param>
internal readonly record struct NpgsqlHandlers(NoticeEventHandler? Notice, NotificationEventHandler? Notification, NpgsqlCallbacks Callbacks)
{
    internal static NpgsqlHandlers Of(NpgsqlConnection connection)
    {
        var callbacks = NpgsqlCallbacks.Of(connection);
        return NpgsqlConnectionInternals.HandlersAreReachable
            ? new NpgsqlHandlers(NpgsqlConnectionInternals.NoticeOf(connection), NpgsqlConnectionInternals.NotificationOf(connection), callbacks)
            : new NpgsqlHandlers(Notice: null, Notification: null, callbacks);
    }

    /// <summary>Removes the handlers that were added since.</summary>
    internal void Restore(NpgsqlConnection connection)
    {
        Callbacks.Restore(connection);
        if (!NpgsqlConnectionInternals.HandlersAreReachable)
        {
            return;
        }

        ref var notice = ref NpgsqlConnectionInternals.NoticeOf(connection);
        if (!ReferenceEquals(notice, Notice))
        {
            notice = Notice;
        }

        ref var notification = ref NpgsqlConnectionInternals.NotificationOf(connection);
        if (!ReferenceEquals(notification, Notification))
        {
            notification = Notification;
        }
    }
}
