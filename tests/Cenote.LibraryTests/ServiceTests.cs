using Medallion.Threading.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;

namespace Cenote.LibraryTests;

/// <summary>Libraries that work in the background.</summary>
public sealed class ServiceTests
{
    [Fact]
    public async Task DistributedLock_holds_a_connection_of_PostgreSQL_while_it_is_held()
    {
        await using var database = await LibraryDatabase.PostgreSqlAsync();
        var key = new PostgresAdvisoryLockKey(42);
        await using (await new PostgresDistributedLock(key, database.Pool).AcquireAsync(cancellationToken: Stop))
        {
            Assert.Single(database.Pool.GetLeases());
            Assert.Null(await new PostgresDistributedLock(key, database.Pool).TryAcquireAsync(TimeSpan.Zero, Stop));
            Assert.Null(new PostgresDistributedLock(key, database.Pool).TryAcquire(TimeSpan.Zero, Stop));
        }

        await using (var again = await new PostgresDistributedLock(key, database.Pool).TryAcquireAsync(TimeSpan.Zero, Stop))
        {
            Assert.NotNull(again);
        }

        await database.AssertAllReturnedAsync();
        Assert.Equal(0, await database.ReadAsync<int>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));
    }

    [Fact]
    public async Task Quartz_keeps_jobs_in_PostgreSQL_by_its_registered_data_source()
    {
        await using var database = await LibraryDatabase.PostgreSqlAsync();
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddConnectionPool(pool => pool.UsePostgreSql(database.ConnectionString).WithSize(0, 4));
        builder.Services.AddQuartz(quartz => quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(source => source.UseRegisteredDataSource = true);
            store.ProvisionSchema();
        }));
        builder.Services.AddSingleton<Ran>();
        builder.Services.AddQuartzHostedService();
        using (var host = builder.Build())
        {
            await host.StartAsync(Stop);
            var scheduler = await host.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(Stop);
            await scheduler.ScheduleJob(JobBuilder.Create<Job>().WithIdentity("job").Build(), TriggerBuilder.Create().StartNow().Build(), cancellationToken: Stop);
            await host.Services.GetRequiredService<Ran>().Source.Task.WaitAsync(TimeSpan.FromMinutes(1), Stop);
            Assert.True(host.Services.GetRequiredService<ConnectionPool>().GetStatistics().Rents > 0);
            await host.StopAsync(Stop);
            await host.Services.GetRequiredService<ConnectionPool>().DrainAsync(Stop);
            Assert.Empty(host.Services.GetRequiredService<ConnectionPool>().GetLeases());
        }

        Assert.True(await database.ReadAsync<bool>("SELECT to_regclass('qrtz_job_details') IS NOT NULL"));
    }

    public sealed class Ran
    {
        public TaskCompletionSource Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public sealed class Job(Ran ran) : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            ran.Source.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
