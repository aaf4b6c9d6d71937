using Microsoft.Extensions.Configuration;

namespace Cenote.DependencyInjectionTests;

/// <summary>A file that is rewritten while real work runs on a real database.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-reload-").FullName;

    private string SettingsFile => Path.Combine(_directory, "appsettings.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_rewritten_file_is_followed_under_load_and_an_invalid_one_changes_nothing()
    {
        Write(maxSize: "2", acquireTimeout: "00:00:30");
        await using var services = Build();
        var pool = services.GetRequiredKeyedService<ConnectionPool>("orders");
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(_ => WorkAsync(pool, stop.Token)).ToList();

        Write(maxSize: "6", acquireTimeout: "00:00:20");
        await UntilAsync(load, () => pool.GetStatistics().MaxSize == 6);

        Write(maxSize: "0", acquireTimeout: "soon");
        await UntilAsync(load, () => services.Logs().Any(record => record.Id.Id == 70));
        var refusal = services.Logs().First(record => record.Id.Id == 70).Message;
        Assert.Contains("Cenote:Pools:orders:AcquireTimeout is 'soon'", refusal, StringComparison.Ordinal);
        Assert.Contains("MaxSize is 0", refusal, StringComparison.Ordinal);
        Assert.Equal(6, pool.GetStatistics().MaxSize);

        Write(maxSize: "1", acquireTimeout: "00:00:10");
        await UntilAsync(load, () => pool.GetStatistics() is { MaxSize: 1, Counts.Total: <= 1 });

        await stop.CancelAsync();
        var done = await Task.WhenAll(load);
        Assert.All(done, count => Assert.True(count > 0));
        Assert.Equal(0, pool.GetStatistics().Errors);
        Assert.Equal(0, pool.GetStatistics().Timeouts);
    }

    [Fact]
    public async Task Changes_that_need_a_restart_are_logged_as_warnings_without_secrets()
    {
        Write(maxSize: "2", acquireTimeout: "00:00:30");
        await using var services = Build();
        var pool = services.GetRequiredKeyedService<ConnectionPool>("orders");

        Write(maxSize: "3", acquireTimeout: "00:00:30", more: ", \"ResetMode\": \"None\"", connectionString: "Data Source=other.db;Password=sesame");
        await UntilAsync([], () => services.Logs().Any(record => record.Id.Id == 72));

        Assert.Equal(3, pool.GetStatistics().MaxSize);
        Assert.Contains(services.Logs(), record => record.Id.Id == 47 && record.Message.Contains("ResetMode", StringComparison.Ordinal));
        Assert.DoesNotContain(services.Logs(), record => record.Message.Contains("sesame", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_removed_from_the_file_returns_to_the_value_in_code()
    {
        Write(maxSize: "9", acquireTimeout: "00:00:30");
        await using var services = Build();
        var pool = services.GetRequiredKeyedService<ConnectionPool>("orders");
        Assert.Equal(9, pool.GetStatistics().MaxSize);

        File.WriteAllText(SettingsFile, "{}");
        await UntilAsync([], () => pool.GetStatistics().MaxSize == 4);
    }

    [Fact]
    public async Task A_disposed_container_follows_nothing()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();
        var services = Containers.New(configuration).AddConnectionPool("orders", pool => pool.UseStub()).BuildServiceProvider();
        var pool = services.GetRequiredKeyedService<ConnectionPool>("orders");
        await services.DisposeAsync();

        configuration["Cenote:Pools:orders:MaxSize"] = "77";
        configuration.Reload();

        Assert.Equal(10, pool.GetStatistics().MaxSize);
    }

    private ServiceProvider Build() =>
        Containers.New(new ConfigurationBuilder().AddJsonFile(SettingsFile, optional: false, reloadOnChange: true).Build())
            .AddConnectionPool("orders", pool => pool.UseSqlite($"Data Source={Path.Combine(_directory, "orders.db")}").WithSize(0, 4))
            .BuildServiceProvider();

    // Written beside and moved into place, as deployments do: a watcher never reads half a file.
    private void Write(string maxSize, string acquireTimeout, string more = "", string connectionString = "Data Source=unused.db")
    {
        var text = $$"""
            {
              "ConnectionStrings": { "orders": "{{connectionString}}" },
              "Cenote": { "Pools": { "orders": { "MaxSize": {{maxSize}}, "AcquireTimeout": "{{acquireTimeout}}"{{more}} } } }
            }
            """;
        File.WriteAllText(SettingsFile + ".new", text);
        File.Move(SettingsFile + ".new", SettingsFile, overwrite: true);
    }

    private static async Task<int> WorkAsync(ConnectionPool pool, CancellationToken stop)
    {
        var done = 0;
        while (!stop.IsCancellationRequested)
        {
            await using var connection = await pool.OpenConnectionAsync(CancellationToken.None);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM sqlite_master";
            Assert.Equal(0L, await command.ExecuteScalarAsync(CancellationToken.None));
            done++;
            await Task.Yield();
        }

        return done;
    }

    /// <summary>Waits for the watcher of the file, which has a delay of its own, while the load goes on.</summary>
    private static async Task UntilAsync(IReadOnlyCollection<Task> load, Func<bool> holds)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            Assert.DoesNotContain(load, task => task.IsCompleted);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "the changed file was not followed");
            await Task.Yield();
        }
    }
}
