using Cenote.EntityFrameworkCore.Configuration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Databases;

/// <summary>
/// A factory of the provider's database creator over the provider's own connection instead of the context's.
/// </summary>
internal sealed class AdministrativeCreator(
    IServiceProvider services, RelationalDatabaseCreatorDependencies dependencies, IDbContextOptions options, Type creatorType)
{
    // The primary of a set changes, the context's connection string does not.
    private bool HasOwnConnectionString =>
        options.FindExtension<PoolOptionsExtension>()!.Queries is null && !string.IsNullOrEmpty(RelationalOptionsExtension.Extract(options).ConnectionString);

    /// <summary>Gets whether the provider looks for a file that only the pool knows.</summary>
    internal bool LooksForFile(ConnectionPool pool) => !HasOwnConnectionString && pool.Provider.DatabaseSystem == "sqlite";

    /// <summary>Creates a creator for one task.</summary>
    /// <exception cref="InvalidOperationException">The context's connection string connects to another database than
    /// its pool.</exception>
    internal AdministrativeTask Begin(ConnectionPool pool) =>
        HasOwnConnectionString ? BeginOnOwn(pool) : BeginOn(pool.CreateDedicatedConnection());

    /// <inheritdoc cref="Begin"/>
    internal async ValueTask<AdministrativeTask> BeginAsync(ConnectionPool pool, CancellationToken cancellationToken) =>
        HasOwnConnectionString
            ? BeginOnOwn(pool)
            : BeginOn(await pool.CreateDedicatedConnectionAsync(cancellationToken).ConfigureAwait(false));

    private AdministrativeTask BeginOnOwn(ConnectionPool pool)
    {
        var connection = NewConnection();
        try
        {
            PoolTarget.ThrowIfElsewhere(connection.DbConnection, pool);
            return new AdministrativeTask(NewCreator(connection), connection, dedicated: null);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // UseNpgsql or the like was called without a connection string, or with a set. The pool's text has no secrets, so
    // the pool creates the driver's connection with its secrets and callbacks for passwords and certificates. EF Core's
    // providers create others from it.
    private AdministrativeTask BeginOn(DedicatedConnection dedicated)
    {
        IRelationalConnection? connection = null;
        try
        {
            var builder = new DbContextOptionsBuilder();
            ((IDbContextOptionsBuilderInfrastructure)builder).AddOrUpdateExtension(RelationalOptionsExtension.Extract(options).WithConnectionString(null).WithConnection(dedicated.Connection));
            connection = NewConnection(
                services.GetRequiredService<RelationalConnectionDependencies>() with { ContextOptions = builder.Options }, builder.Options);
            return new AdministrativeTask(NewCreator(connection), connection, dedicated);
        }
        catch
        {
            new AdministrativeTask(creator: null!, connection, dedicated).Dispose();
            throw;
        }
    }

    // Not every provider's connection needs all of these services.
    private IRelationalConnection NewConnection(params object[] known)
    {
        var type = dependencies.Connection.GetType();
        var asked = type.GetConstructors().SelectMany(static constructor => constructor.GetParameters()).Select(static parameter => parameter.ParameterType).ToList();
        return (IRelationalConnection)ActivatorUtilities.CreateInstance(
            services, type, [.. known.Where(value => asked.Exists(parameter => parameter.IsInstanceOfType(value)))]);
    }

    private IRelationalDatabaseCreator NewCreator(IRelationalConnection connection) =>
        (IRelationalDatabaseCreator)ActivatorUtilities.CreateInstance(services, creatorType, dependencies with { Connection = connection }, connection);
}
