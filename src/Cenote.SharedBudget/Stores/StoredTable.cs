namespace Cenote.SharedBudget.Stores;

/// <summary>A table as it was read.</summary>
/// <param name="Version">What every change replaces; empty for no table.</param>
/// <param name="Text">The table; empty for none.</param>
/// <param name="Now">The clock of the store, in milliseconds.</param>
/// <param name="Epoch">The life of the store. Another one may have lost changes.</param>
internal readonly record struct StoredTable(string Version, string Text, long Now, string Epoch);
