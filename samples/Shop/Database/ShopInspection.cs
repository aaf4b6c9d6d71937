using System.Data.Common;

namespace Cenote.Shop.Database;

/// <summary>Looks at what stands where the shop would, before anything is touched.</summary>
internal sealed class ShopInspection(ShopDatabase database)
{
    /// <summary>The shop's own tables that stand there already: safe to replace.</summary>
    /// <exception cref="ShopRefusedException">There are tables in the way that `./run` did not make.</exception>
    public async Task<IReadOnlySet<string>> FindTablesAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var tables = await ListAsync(connection, cancellationToken);
        var ours = ShopSchema.Tables.Select(table => table.Name).Where(tables.Contains).ToHashSet(StringComparer.Ordinal);
        if (ours.Count > 0 && !await IsMarkedAsync(connection, tables, cancellationToken))
        {
            throw Refused($"it has tables named {ShopSchema.Prefix}* that `./run` did not make");
        }

        if (database.MustHoldOnlyTheShop && tables.Count > ours.Count)
        {
            throw Refused($"it has tables that are not the shop's: {string.Join(", ", tables.Where(table => !ours.Contains(table)).Order(StringComparer.Ordinal).Take(5))}");
        }

        return ours;
    }

    private async Task<HashSet<string>> ListAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var tables = new HashSet<string>(StringComparer.Ordinal);
        await using var command = connection.Command(transaction: null, database.Dialect.ListTables);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    // An empty mark is a set-up that was cut short on a database whose CREATE TABLE commits at once.
    private static async Task<bool> IsMarkedAsync(DbConnection connection, HashSet<string> tables, CancellationToken cancellationToken)
    {
        if (!tables.Contains(ShopSchema.Mark.Name))
        {
            return false;
        }

        try
        {
            return await connection.ScalarAsync($"SELECT signature FROM {ShopSchema.Mark.Name}", cancellationToken) is null or ShopSchema.Signature;
        }
        catch (DbException)
        {
            return false;
        }
    }

    private ShopRefusedException Refused(string because) =>
        new($"{database.Name} at {database.Place} was not changed: {because}. Name another database, or a new file.");
}
