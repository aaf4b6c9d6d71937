using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Connections;

/// <summary>The check whether a context may use a pool, before it changes the wrong database.</summary>
internal static class PoolCompatibility
{
    // Its MySQLRelationalConnection casts in Open (10.0.12). CanConnect would say false for that.
    private const string MySqlProvider = "MySql.EntityFrameworkCore";

    private static readonly ConcurrentDictionary<(Assembly Provider, Assembly Driver), bool> s_pairs = new();

    internal static void ThrowIfUnfit(ConnectionPool pool, IDbContextOptions options, IRelationalConnection relational, string? connectionString, DbContext context)
    {
        ThrowIfDriversDiffer(pool, options);
        var configured = RelationalOptionsExtension.Extract(options);

        // A provider with its own data source shows another text than the one that was set.
        if (connectionString is not null && connectionString != configured.ConnectionString
            && connectionString != ConnectionStringAtStart(context, relational))
        {
            throw new InvalidOperationException($"The context has another connection string (SetConnectionString) than its pool '{pool.Name}', which opens the connections. Use one pool per database, and choose it in the context's options.");
        }
    }

    /// <summary>
    /// Throws for a provider that works with no pool, and for a pool with another driver than EF Core's provider, even
    /// for the same database.
    /// </summary>
    internal static void ThrowIfDriversDiffer(ConnectionPool pool, IDbContextOptions options)
    {
        var provider = RelationalOptionsExtension.Extract(options).GetType().Assembly;
        if (provider.GetName().Name is MySqlProvider)
        {
            throw new InvalidOperationException($"{MySqlProvider} casts the connection of a context to MySqlConnection of MySql.Data at each open, and that of the pool '{pool.Name}' is a PooledConnection. Leave out UseConnectionPool: the context then uses the driver's own pool, which 'Maximum Pool Size' in its connection string limits.");
        }

        var driver = pool.Provider.Factory.GetType().Assembly;
        if (!s_pairs.GetOrAdd((provider, driver), static pair => References(pair.Provider, pair.Driver)))
        {
            throw new InvalidOperationException($"The context uses {provider.GetName().Name}, which casts to the types of its own driver, but its pool '{pool.Name}' connects to {pool.Provider.DatabaseSystem} through {driver.GetName().Name}. Use a pool with the driver of the provider.");
        }
    }

    // EF Core's providers are built against the driver whose types they expect.
    private static bool References(Assembly provider, Assembly driver) =>
        Array.Exists(provider.GetReferencedAssemblies(), reference => reference.Name == driver.GetName().Name);

    private static string? ConnectionStringAtStart(DbContext context, IRelationalConnection relational)
    {
        using var fresh = (IRelationalConnection)ActivatorUtilities.CreateInstance(context.GetInfrastructure(), relational.GetType());
        return fresh.ConnectionString;
    }
}
