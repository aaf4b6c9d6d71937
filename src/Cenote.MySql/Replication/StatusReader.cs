using System.Data;

namespace Cenote.MySql.Replication;

/// <summary>A reader of a server's role in replication, as far as the user may see it.</summary>
/// <remarks>Thread-safe. Remembers what the server did not allow, so that it is not requested every second.</remarks>
internal sealed class StatusReader
{
    // "You need (at least one of) the … privilege(s)".
    private const int AccessDenied = 1227;

    private volatile bool _hidesReplicas;

    // The cluster's state takes the server three times as long as the rest.
    private volatile bool _isNoCluster;

    internal async ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var isMariaDb = SessionCommands.IsMariaDb(connection);
        var asksForReplicas = !_hidesReplicas;
        var command = connection.CreateCommand();
        await using var ofCommand = command.ConfigureAwait(false);
        command.CommandText = StatusQueries.ForStatus(isMariaDb, connection.ServerVersion, asksForReplicas);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);

        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var isReadOnly = StatusQueries.IsOn(reader, 0);
        var (onPrimary, onReplica) = StatusQueries.Positions(reader, isMariaDb);

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var variables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            variables[reader.GetString(0)] = reader.GetString(1);
        }

        var connections = asksForReplicas ? await ReadConnectionsAsync(connection, reader, cancellationToken).ConfigureAwait(false) : null;
        _isNoCluster = ClusterNode.Read(variables) is null;
        return new StatusAnswer(isReadOnly, onPrimary, onReplica, variables, connections).ToStatus();
    }

    internal async ValueTask<ReplicationPosition?> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var ofCommand = command.ConfigureAwait(false);
        var isMariaDb = AskForPosition(connection, command);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return ToPosition(reader, isMariaDb);
    }

    internal ReplicationPosition? ReadPosition(DbConnection connection, TimeSpan timeout)
    {
        using var command = connection.CreateCommand();
        command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds));
        var isMariaDb = AskForPosition(connection, command);
        using var reader = command.ExecuteReader();
        reader.Read();
        return ToPosition(reader, isMariaDb);
    }

    private bool AskForPosition(DbConnection connection, DbCommand command)
    {
        var isMariaDb = SessionCommands.IsMariaDb(connection);
        command.CommandText = !isMariaDb ? StatusQueries.MySql : _isNoCluster ? StatusQueries.MariaDb : StatusQueries.MariaDbOrGalera;
        return isMariaDb;
    }

    private GtidPosition? ToPosition(DbDataReader row, bool isMariaDb)
    {
        if (row.FieldCount == 7)
        {
            var node = ClusterNode.TryRead(row.IsDBNull(6) ? null : row.GetString(6));
            _isNoCluster = node is null;
            if (node is not null)
            {
                return node.Position;
            }
        }

        var (onPrimary, onReplica) = StatusQueries.Positions(row, isMariaDb);
        return StatusQueries.IsOn(row, 0) ? onReplica : onPrimary;
    }

    private async ValueTask<List<ReplicaConnection>?> ReadConnectionsAsync(DbConnection connection, DbDataReader reader, CancellationToken cancellationToken)
    {
        try
        {
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlException exception) when (
            exception.Number is AccessDenied or (int)MySqlErrorCode.ParseError && connection.State == ConnectionState.Open)
        {
            _hidesReplicas = true;
            return null;
        }

        List<ReplicaConnection> connections = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (ReplicaConnection.Read(reader) is { } one)
            {
                connections.Add(one);
            }
        }

        return connections;
    }
}
