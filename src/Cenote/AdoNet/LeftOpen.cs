namespace Cenote.AdoNet;

/// <summary>The work that the holder of a lease left open and only the driver can end.</summary>
internal readonly struct LeftOpen(
    ConnectionLease lease, List<PooledDataReader>? readers, PooledTransaction? transaction, string? database)
{
    internal bool IsEmpty => readers is null && transaction is null && database is null;

    /// <summary>Closes the readers, rolls back and restores the database.</summary>
    internal void End()
    {
        readers?.ForEach(static reader => reader.Release());
        transaction?.EndWithLease();
        if (database is not null)
        {
            lease.DriverConnection.ChangeDatabase(database);
        }
    }

    /// <inheritdoc cref="End"/>
    internal async Task EndAsync()
    {
        foreach (var reader in readers ?? [])
        {
            await reader.ReleaseAsync().ConfigureAwait(false);
        }

        if (transaction is not null)
        {
            await transaction.EndWithLeaseAsync().ConfigureAwait(false);
        }

        if (database is not null)
        {
            await lease.DriverConnection.ChangeDatabaseAsync(database).ConfigureAwait(false);
        }
    }
}
