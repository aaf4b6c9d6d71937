using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Databases;

/// <summary>
/// Makes the provider's creator again, over a connection of the provider's own instead of the context's.
/// </summary>
internal sealed class AdministrativeCreator(
    IServiceProvider services, RelationalDatabaseCreatorDependencies dependencies, IDbContextOptions options, Type creatorType)
{
    private bool HasOwnConnectionString => !string.IsNullOrEmpty(RelationalOptionsExtension.Extract(options).ConnectionString);

    /// <summary>Whether the provider looks for a file that only the pool can name.</summary>
    internal bool LooksForFile(ConnectionPool pool) => !HasOwnConnectionString && pool.Provider.DatabaseSystem == "sqlite";

    /// <summary>A creator for one task.</summary>
    /// <exception cref="InvalidOperationException">The context's connection string leads elsewhere than its
    /// pool.</exception>
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

    // None was given to UseNpgsql and the like. The pool's text is without its secrets, so the pool makes the driver's
    // connection, which knows them, together with what else the pool was told: callbacks for passwords and
    // certificates. EF Core's providers make others from it.
    private AdministrativeTask BeginOn(DedicatedConnection dedicated)
    {
        IRelationalConnection? connection = null;
        try
        {
            var builder = new DbContextOptionsBuilder();
            ((IDbContextOptionsBuilderInfrastructure)builder).AddOrUpdateExtension(RelationalOptionsExtension.Extract(options).WithConnection(dedicated.Connection));
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

    // Not every provider's connection asks for all of these.
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
