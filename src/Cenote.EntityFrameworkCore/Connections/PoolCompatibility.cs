using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Connections;

/// <summary>Whether a context may work on a pool at all: before it does anything in the wrong database.</summary>
internal static class PoolCompatibility
{
    private static readonly ConcurrentDictionary<(Assembly Provider, Assembly Driver), bool> s_pairs = new();

    internal static void ThrowIfUnfit(ConnectionPool pool, IDbContextOptions options, IRelationalConnection relational, string? connectionString, DbContext context)
    {
        ThrowIfDriversDiffer(pool, options);
        var configured = RelationalOptionsExtension.Extract(options);

        // With a data source of its own, a provider shows another text than it was given.
        if (connectionString is not null && connectionString != configured.ConnectionString
            && connectionString != ConnectionStringAtStart(context, relational))
        {
            throw new InvalidOperationException($"The context was given another connection string (SetConnectionString), but its pool '{pool.Name}' decides where connections lead. Use a pool for each database, and choose it in the context's options.");
        }
    }

    /// <summary>
    /// Refuses a pool over another driver than the one that the provider of EF Core works with, also another driver of
    /// the same database.
    /// </summary>
    internal static void ThrowIfDriversDiffer(ConnectionPool pool, IDbContextOptions options)
    {
        var provider = RelationalOptionsExtension.Extract(options).GetType().Assembly;
        var driver = pool.Provider.Factory.GetType().Assembly;
        if (!s_pairs.GetOrAdd((provider, driver), static pair => References(pair.Provider, pair.Driver)))
        {
            throw new InvalidOperationException($"The context uses {provider.GetName().Name}, which casts to the types of its own driver, but its pool '{pool.Name}' serves {pool.Provider.DatabaseSystem} through {driver.GetName().Name}. Give it a pool over the driver of its own provider.");
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
