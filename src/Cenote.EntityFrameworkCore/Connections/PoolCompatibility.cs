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

    // Asked for each context: the names of assemblies are read once.
    private static readonly ConcurrentDictionary<(Assembly Provider, Assembly Driver), Fitness> s_pairs = new();

    private enum Fitness
    {
        Fits,
        HasOtherDriver,
        CastsToDriver,
    }

    internal static void ThrowIfConnectionStringDiffers(ConnectionPool pool, IDbContextOptions options, IRelationalConnection relational, string? connectionString, DbContext context)
    {
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
    /// <param name="pool">The pool, also one of a set.</param>
    /// <param name="options">The context's options.</param>
    /// <param name="method">The method that chose the pool or the set.</param>
    internal static void ThrowIfDriversDiffer(ConnectionPool pool, IDbContextOptions options, string method)
    {
        var provider = RelationalOptionsExtension.Extract(options).GetType().Assembly;
        var driver = pool.Provider.Factory.GetType().Assembly;
        switch (s_pairs.GetOrAdd((provider, driver), static pair => Compare(pair.Provider, pair.Driver)))
        {
            case Fitness.CastsToDriver:
                throw new InvalidOperationException($"{MySqlProvider} casts the connection of a context to MySqlConnection of MySql.Data at each open, and that of the pool '{pool.Name}' is a PooledConnection. Leave out {method}: the context then uses the driver's own pool, which 'Maximum Pool Size' in its connection string limits.");
            case Fitness.HasOtherDriver:
                throw new InvalidOperationException($"The context uses {provider.GetName().Name}, which casts to the types of its own driver, but its pool '{pool.Name}' connects to {pool.Provider.DatabaseSystem} through {driver.GetName().Name}. Use a pool with the driver of the provider.");
        }
    }

    // EF Core's providers are built against the driver whose types they expect.
    private static Fitness Compare(Assembly provider, Assembly driver)
    {
        var name = driver.GetName().Name;
        return provider.GetName().Name is MySqlProvider ? Fitness.CastsToDriver
            : Array.Exists(provider.GetReferencedAssemblies(), reference => reference.Name == name) ? Fitness.Fits
            : Fitness.HasOtherDriver;
    }

    private static string? ConnectionStringAtStart(DbContext context, IRelationalConnection relational)
    {
        using var fresh = (IRelationalConnection)ActivatorUtilities.CreateInstance(context.GetInfrastructure(), relational.GetType());
        return fresh.ConnectionString;
    }
}
