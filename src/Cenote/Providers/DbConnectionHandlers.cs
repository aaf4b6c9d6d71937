using System.ComponentModel;
using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Cenote.Providers;

/// <summary>
/// The event handlers that every driver's connection has from its base classes. The base classes do not list them, so
/// they are read from private fields.
/// </summary>
/// <param name="StateChange">The handlers of <see cref="DbConnection.StateChange"/>.</param>
/// <param name="Events">The handlers of <see cref="Component"/>: <c>Disposed</c>, and further events of a
/// driver.</param>
internal readonly record struct DbConnectionHandlers(StateChangeEventHandler? StateChange, EventHandlerList? Events)
{
    /// <summary>Gets whether this version of .NET has the fields. If not, handlers stay.</summary>
    internal static bool AreReachable { get; } = Probe();

    internal static DbConnectionHandlers Of(DbConnection connection) =>
        AreReachable ? new DbConnectionHandlers(Fields.StateChangeOf(connection), Fields.EventsOf(connection)) : default;

    /// <summary>Removes the handlers that were added since.</summary>
    internal void Restore(DbConnection connection)
    {
        if (!AreReachable)
        {
            return;
        }

        ref var stateChange = ref Fields.StateChangeOf(connection);
        if (!ReferenceEquals(stateChange, StateChange))
        {
            stateChange = StateChange;
        }

        ref var events = ref Fields.EventsOf(connection);
        if (!ReferenceEquals(events, Events))
        {
            events = Events;
        }
    }

    private static bool Probe()
    {
        try
        {
            using var connection = new Nameless();
            return Fields.StateChangeOf(connection) is null && Fields.EventsOf(connection) is null;
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    /// <summary>
    /// The private fields. The runtime writes the bodies: marked for the interleaving checker (CONTRIBUTING.md).
    /// </summary>
    [CompilerGenerated]
    private static class Fields
    {
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "StateChange")]
        public static extern ref StateChangeEventHandler? StateChangeOf(DbConnection connection);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_events")]
        public static extern ref EventHandlerList? EventsOf(Component component);
    }

    /// <summary>A connection to look at.</summary>
    private sealed class Nameless : DbConnection
    {
        [System.Diagnostics.CodeAnalysis.AllowNull]
        public override string ConnectionString { get; set; } = "";

        public override string Database => "";

        public override string DataSource => "";

        public override string ServerVersion => "";

        public override ConnectionState State => ConnectionState.Closed;

        public override void ChangeDatabase(string databaseName)
        {
        }

        public override void Close()
        {
        }

        public override void Open()
        {
        }

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => throw new NotSupportedException();
    }
}
