namespace Cenote.MySql.Replication;

/// <summary>MariaDB's wait for a position, which any user may call.</summary>
internal static class PositionWait
{
    /// <returns><see langword="null"/> when the server is MySQL, or the position a Galera cluster's. MySQL has
    /// <c>WAIT_FOR_EXECUTED_GTID_SET</c>, which was not tested on a server, so it is not used.</returns>
    internal static async ValueTask<ReplicationPosition?> RunAsync(
        DbConnection connection, ReplicationPosition position, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (position is not GtidPosition { Domains: { } domains } || !SessionCommands.IsMariaDb(connection))
        {
            return null;
        }

        var command = connection.CreateCommand();
        await using var ofCommand = command.ConfigureAwait(false);
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture, $"SELECT MASTER_GTID_WAIT('{domains}', {timeout.TotalSeconds:0.###}); {StatusQueries.MariaDb}");

        // The driver's own timeout is only for a server that does not keep its.
        command.CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds) + 1;
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return StatusQueries.Positions(reader, isMariaDb: true).OnReplica;
    }
}
