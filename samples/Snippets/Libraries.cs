using System.Data.Common;
using Cenote;
using FluentMigrator.Runner;
using FluentMigrator.Runner.Processors.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Libraries
{
    internal static void Migrate(IServiceCollection services, ConnectionPool pool)
    {
        #region migrator
        services.AddFluentMigratorCore()
            .ConfigureRunner(runner => runner.AddPostgres15_0()
                .WithGlobalConnectionString(pool.ConnectionString)
                .ScanIn(typeof(PooledPostgresFactory).Assembly).For.Migrations())
            .AddScoped<PostgresDbFactory>(provider => new PooledPostgresFactory(provider, pool));
        #endregion
    }

    #region factory
    public sealed class PooledPostgresFactory(IServiceProvider services, ConnectionPool pool) : PostgresDbFactory(services)
    {
        protected override DbProviderFactory CreateFactory() => pool.ProviderFactory;
    }
    #endregion
}
