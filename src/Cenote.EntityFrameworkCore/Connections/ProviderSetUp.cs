using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Connections;

/// <summary>
/// What EF Core's provider does to each connection that it makes itself, and that a pool's connections lack: its SQLite
/// provider registers functions (<c>ef_add</c>, <c>regexp</c>, …), a collation and, when asked to, SpatiaLite.
/// </summary>
internal static class ProviderSetUp
{
    private const string SqliteProvider = "Microsoft.EntityFrameworkCore.Sqlite";

    /// <summary>Does the same to each physical connection, when a context first holds it.</summary>
    internal static void Attach(PooledConnection connection, DbContext context, IRelationalConnection relational)
    {
        if (context.Database.ProviderName != SqliteProvider)
        {
            return;
        }

        var services = context.GetInfrastructure();
        var type = relational.GetType();
        var options = RelationalOptionsExtension.Extract(context.GetService<IDbContextOptions>());

        // The options in words, of which one asks for SpatiaLite: to register functions again is harmless.
        var key = (type, options.Info.LogFragment);

        // Not when EF Core opens the connection: GetDbConnection().Open() passes EF Core by.
        connection.StateChange += (sender, change) =>
        {
            if (change.CurrentState == ConnectionState.Open)
            {
                InitializeOnce((PooledConnection)sender, key, driver => SetUp(driver, options, services, type));
            }
        };
    }

    private static void InitializeOnce(PooledConnection connection, object key, Action<DbConnection> setUp)
    {
        try
        {
            connection.InitializeOnce(key, setUp);
        }
        catch
        {
            // Who is told that opening failed does not close.
            connection.Close();
            throw;
        }
    }

    // The provider does it in the constructor of its own object around a given connection, and nowhere else that could
    // be called.
    private static void SetUp(DbConnection driver, RelationalOptionsExtension options, IServiceProvider services, Type type)
    {
        var dependencies = services.GetRequiredService<RelationalConnectionDependencies>();
        var given = options.WithConnectionString(null).WithConnection(driver).WithCommandTimeout(null);
        var around = new DbContextOptions<DbContext>(new Dictionary<Type, IDbContextOptionsExtension> { [given.GetType()] = given });
        _ = ActivatorUtilities.CreateInstance(services, type, dependencies with { ContextOptions = around });
    }
}
