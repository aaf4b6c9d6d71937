using System.Runtime.CompilerServices;
using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>The event handlers and callbacks of Npgsql's connection. Its events let nobody list them: they are read by the names of their private fields.</summary>
/// <param name="Notice">Those of <see cref="NpgsqlConnection.Notice"/>.</param>
/// <param name="Notification">Those of <see cref="NpgsqlConnection.Notification"/>.</param>
/// <param name="Callbacks">Those for a session that the connection object may yet open.</param>
internal readonly record struct NpgsqlHandlers(NoticeEventHandler? Notice, NotificationEventHandler? Notification, NpgsqlCallbacks Callbacks)
{
    /// <summary>Whether this version of the driver has the fields. If not, event handlers stay.</summary>
    internal static bool AreReachable { get; } = Probe();

    internal static NpgsqlHandlers Of(NpgsqlConnection connection)
    {
        var callbacks = NpgsqlCallbacks.Of(connection);
        return AreReachable
            ? new NpgsqlHandlers(NoticeOf(connection), NotificationOf(connection), callbacks)
            : new NpgsqlHandlers(Notice: null, Notification: null, callbacks);
    }

    /// <summary>Removes what was added since.</summary>
    internal void Restore(NpgsqlConnection connection)
    {
        Callbacks.Restore(connection);
        if (!AreReachable)
        {
            return;
        }

        ref var notice = ref NoticeOf(connection);
        if (!ReferenceEquals(notice, Notice))
        {
            notice = Notice;
        }

        ref var notification = ref NotificationOf(connection);
        if (!ReferenceEquals(notification, Notification))
        {
            notification = Notification;
        }
    }

    private static bool Probe()
    {
        try
        {
            using var connection = new NpgsqlConnection();
            return NoticeOf(connection) is null && NotificationOf(connection) is null;
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "Notice")]
    private static extern ref NoticeEventHandler? NoticeOf(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "Notification")]
    private static extern ref NotificationEventHandler? NotificationOf(NpgsqlConnection connection);
}
