namespace Cenote.SharedBudget.Stores;

/// <summary>Where the table of a budget is kept.</summary>
internal interface IGrantStore
{
    /// <summary>Reads the table, and the clock of the store.</summary>
    ValueTask<StoredTable> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the table, if it is still the one that was read, in the same life of the store.</summary>
    ValueTask<bool> TryWriteAsync(StoredTable read, string text, CancellationToken cancellationToken);
}
