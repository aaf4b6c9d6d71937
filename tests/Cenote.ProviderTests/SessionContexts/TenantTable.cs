using System.Globalization;

namespace Cenote.ProviderTests.SessionContexts;

/// <summary>A table with row-level security, whose rows only their tenant reads.</summary>
internal sealed class TenantTable
{
    internal const int RowsOfTenant = 3;

    private TenantTable(int tenants) => Tenants = tenants;

    internal int Tenants { get; }

    internal string Name { get; } = Statements.UniqueName("t");

    /// <summary>A role that may read the table, of which the ordinary user is a member.</summary>
    internal string Role { get; } = Statements.UniqueName("r");

    internal static async Task<TenantTable> CreateAsync(int tenants)
    {
        var table = new TenantTable(tenants);
        await using var administrator = await ConnectAsync();
        await administrator.ExecuteAsync($"CREATE TABLE {table.Name} (tenant TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (tenant, id))");
        await administrator.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {table.Name} SELECT 'tenant' || t, r FROM generate_series(1, {tenants}) t, generate_series(1, {RowsOfTenant}) r"));
        await administrator.ExecuteAsync($"ALTER TABLE {table.Name} ENABLE ROW LEVEL SECURITY");
        await administrator.ExecuteAsync($"CREATE POLICY own ON {table.Name} USING (tenant = current_setting('app.tenant', true))");
        await administrator.ExecuteAsync($"CREATE ROLE {table.Role}");
        await administrator.ExecuteAsync($"GRANT {table.Role} TO cenote_ordinary");
        await administrator.ExecuteAsync($"GRANT SELECT ON {table.Name} TO cenote_ordinary, {table.Role}");
        await administrator.ExecuteAsync($"ANALYZE {table.Name}");
        return table;
    }

    internal static async Task<NpgsqlConnection> ConnectAsync()
    {
        var administrator = new NpgsqlConnection(RealServers.PostgreSql + ";Pooling=false");
        await administrator.OpenAsync(CancellationToken.None);
        return administrator;
    }

    /// <summary>Reads every row that the session may read.</summary>
    internal async Task<Reading> ReadAsync(DbConnection connection, string? tenant, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT tenant FROM {Name}";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (own, foreign) = (0, 0);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (string.Equals(reader.GetString(0), tenant, StringComparison.Ordinal))
            {
                own++;
            }
            else
            {
                foreign++;
            }
        }

        return new Reading(own, foreign);
    }

    /// <summary>The rows that a session has read.</summary>
    internal readonly record struct Reading(int Own, int Foreign);
}
