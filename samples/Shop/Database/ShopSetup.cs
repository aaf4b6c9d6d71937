using System.Data.Common;

namespace Cenote.Shop.Database;

/// <summary>Builds the shop on a database, in place of an earlier one of ours, and of nothing else.</summary>
internal sealed class ShopSetup(ShopDatabase database, ShopPlan plan)
{
    /// <exception cref="ShopRefusedException">Something that is not ours stands in the way. Nothing was
    /// changed.</exception>
    /// <exception cref="DatabaseUnreachableException">The database did not do as told.</exception>
    public async Task BuildAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenDirectAsync(cancellationToken);
        try
        {
            await BuildAsync(connection, cancellationToken);
        }
        catch (DbException exception)
        {
            throw database.Unreachable("could not build the shop", exception);
        }
    }

    private async Task BuildAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var standing = await new ShopInspection(database).FindTablesAsync(connection, cancellationToken);
        var dialect = database.Dialect;
        if (!dialect.TransactionalTables)
        {
            await ReplaceTablesAsync(connection, transaction: null, standing, cancellationToken);
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (dialect.TransactionalTables)
        {
            await ReplaceTablesAsync(connection, transaction, standing, cancellationToken);
        }

        foreach (var table in ShopSchema.Tables)
        {
            await database.LoadAsync(connection, transaction, table, ShopRows.For(table, plan), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (dialect.Analyze is { } analyze)
        {
            await connection.ExecuteAsync(transaction: null, analyze, cancellationToken);
        }
    }

    // The mark goes last and comes first: whenever this is cut short, what stands is still known as ours.
    private async Task ReplaceTablesAsync(
        DbConnection connection, DbTransaction? transaction, IReadOnlySet<string> standing, CancellationToken cancellationToken)
    {
        foreach (var table in ShopSchema.Tables.Reverse().Where(table => standing.Contains(table.Name)))
        {
            await connection.ExecuteAsync(transaction, $"DROP TABLE {table.Name}", cancellationToken);
        }

        foreach (var table in ShopSchema.Tables)
        {
            await connection.ExecuteAsync(transaction, database.Dialect.CreateTable(table), cancellationToken);
        }
    }
}
