using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Cenote.AdoNet;

/// <summary>
/// A builder of the commands of a <see cref="PooledDataAdapter"/>. Quotes, parameter names and types come from the
/// driver's own builder, which only accepts its driver's adapter.
/// </summary>
internal sealed class PooledCommandBuilder : DbCommandBuilder
{
    private readonly DbCommandBuilder _driver;

    internal PooledCommandBuilder(DbCommandBuilder driver)
    {
        _driver = driver;
        QuotePrefix = driver.QuotePrefix;
        QuoteSuffix = driver.QuoteSuffix;
        CatalogLocation = driver.CatalogLocation;
        CatalogSeparator = driver.CatalogSeparator;
        SchemaSeparator = driver.SchemaSeparator;
        ConflictOption = driver.ConflictOption;
        SetAllValues = driver.SetAllValues;
    }

    public override string QuoteIdentifier(string unquotedIdentifier) => _driver.QuoteIdentifier(unquotedIdentifier);

    public override string UnquoteIdentifier(string quotedIdentifier) => _driver.UnquoteIdentifier(quotedIdentifier);

    protected override void ApplyParameterInfo(DbParameter parameter, DataRow row, StatementType statementType, bool whereClause) =>
        Driver.ApplyParameterInfo(_driver, parameter, row, statementType, whereClause);

    protected override string GetParameterName(int parameterOrdinal) => Driver.GetParameterName(_driver, parameterOrdinal);

    protected override string GetParameterName(string parameterName) => Driver.GetParameterName(_driver, parameterName);

    protected override string GetParameterPlaceholder(int parameterOrdinal) => Driver.GetParameterPlaceholder(_driver, parameterOrdinal);

    // The base class calls this with its current adapter to unsubscribe, and with another to subscribe.
    protected override void SetRowUpdatingHandler(DbDataAdapter adapter)
    {
        if (adapter is not PooledDataAdapter pooled)
        {
            throw new ArgumentException(
                $"A command builder of a pool's provider factory needs an adapter of the same factory, not a {adapter.GetType()}. Create it with CreateDataAdapter.", nameof(adapter));
        }

        if (adapter == DataAdapter)
        {
            pooled.RowUpdating -= OnRowUpdating;
        }
        else
        {
            pooled.RowUpdating += OnRowUpdating;
        }
    }

    protected override void Dispose(bool disposing)
    {
        // First, because it removes the handler from the adapter.
        base.Dispose(disposing);
        if (disposing)
        {
            _driver.Dispose();
        }
    }

    private void OnRowUpdating(object? sender, RowUpdatingEventArgs update) => RowUpdatingHandler(update);

    /// <summary>
    /// The protected members of the base class, which drivers must implement. The runtime writes their bodies, so the
    /// class is marked for the interleaving checker (CONTRIBUTING.md).
    /// </summary>
    [CompilerGenerated]
    private static class Driver
    {
        [UnsafeAccessor(UnsafeAccessorKind.Method)]
        public static extern void ApplyParameterInfo(DbCommandBuilder builder, DbParameter parameter, DataRow row, StatementType statementType, bool whereClause);

        [UnsafeAccessor(UnsafeAccessorKind.Method)]
        public static extern string GetParameterName(DbCommandBuilder builder, int parameterOrdinal);

        [UnsafeAccessor(UnsafeAccessorKind.Method)]
        public static extern string GetParameterName(DbCommandBuilder builder, string parameterName);

        [UnsafeAccessor(UnsafeAccessorKind.Method)]
        public static extern string GetParameterPlaceholder(DbCommandBuilder builder, int parameterOrdinal);
    }
}
