namespace Cenote.MySql.Replication;

/// <summary>A connection of a replica to a primary.</summary>
/// <param name="IsRunning">Whether it receives or applies, or is reconnecting.</param>
/// <param name="Lag">The reported lag behind the primary.</param>
internal readonly record struct ReplicaConnection(bool IsRunning, TimeSpan? Lag)
{
    /// <summary>
    /// Reads a row of <c>SHOW REPLICA STATUS</c>, with the old or new names of its columns.
    /// </summary>
    /// <returns><see langword="null"/> for a channel of MySQL's group replication, because every member has one in
    /// every role.</returns>
    internal static ReplicaConnection? Read(DbDataReader row)
    {
        string? channel = null, receives = null, applies = null, behind = null;
        for (var column = 0; column < row.FieldCount; column++)
        {
            switch (row.GetName(column))
            {
                case "Channel_Name": channel = Text(column); break;
                case "Slave_IO_Running" or "Replica_IO_Running": receives = Text(column); break;
                case "Slave_SQL_Running" or "Replica_SQL_Running": applies = Text(column); break;
                case "Seconds_Behind_Master" or "Seconds_Behind_Source": behind = Text(column); break;
            }
        }

        if (channel?.StartsWith("group_replication_", StringComparison.OrdinalIgnoreCase) == true)
        {
            return null;
        }

        return new ReplicaConnection(
            !IsNo(receives) || !IsNo(applies),
            long.TryParse(behind, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null);

        string? Text(int column) => row.IsDBNull(column) ? null : Convert.ToString(row.GetValue(column), CultureInfo.InvariantCulture);
    }

    private static bool IsNo(string? text) => text is null || string.Equals(text, "No", StringComparison.OrdinalIgnoreCase);
}
