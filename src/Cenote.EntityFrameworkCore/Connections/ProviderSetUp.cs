using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Connections;

/// <summary>
/// The set-up that EF Core's provider does for its own connections, for connections of a pool. The SQLite provider
/// registers functions (<c>ef_add</c>, <c>regexp</c>, …), a collation and optionally SpatiaLite.
/// </summary>
internal static class ProviderSetUp
{
    private const string SqliteProvider = "Microsoft.EntityFrameworkCore.Sqlite";

    /// <summary>Sets up each physical connection when a context first holds it.</summary>
    internal static void Attach(PooledConnection connection, DbContext context, IRelationalConnection relational)
    {
        if (context.Database.ProviderName != SqliteProvider)
        {
            return;
        }

        var services = context.GetInfrastructure();
        var type = relational.GetType();
        var options = RelationalOptionsExtension.Extract(context.GetService<IDbContextOptions>());

        // The text of the options, of which one enables SpatiaLite. Registering functions again is harmless.
        var key = (type, options.Info.LogFragment);

        // Not when EF Core opens the connection, because GetDbConnection().Open() bypasses EF Core.
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
            // A caller whose opening failed does not close the connection.
            connection.Close();
            throw;
        }
    }

    // The provider does it only in the constructor of its object around a given connection.
    private static void SetUp(DbConnection driver, RelationalOptionsExtension options, IServiceProvider services, Type type)
    {
        var dependencies = services.GetRequiredService<RelationalConnectionDependencies>();
        var given = options.WithConnectionString(null).WithConnection(driver).WithCommandTimeout(null);
        var around = new DbContextOptions<DbContext>(new Dictionary<Type, IDbContextOptionsExtension> { [given.GetType()] = given });
        _ = ActivatorUtilities.CreateInstance(services, type, dependencies with { ContextOptions = around });
    }
}
