using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Cenote.Shop.Database;
using StackExchange.Redis;

namespace Cenote.Shop.Instances;

/// <summary>
/// An instance in a process of its own: reads its settings and then how many callers it has, one line each, until its
/// input ends. Writes a report ten times a second.
/// </summary>
internal static class InstanceProgram
{
    /// <summary>The hidden word of the command line that starts an instance.</summary>
    public const string Word = "instance";

    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(TextReader input, TextWriter output, TimeProvider clock)
    {
        if (await input.ReadLineAsync() is not { } first)
        {
            return Running.ExitCode.BadArguments;
        }

        var settings = JsonSerializer.Deserialize<InstanceSettings>(first)!;
        await using var redis = settings.Redis is { } address ? await ConnectionMultiplexer.ConnectAsync(address) : null;
        await using var shared = await SharedConnectionBudget.StartAsync(new SharedBudgetOptions
        {
            EndsExpiredSessions = true,
            Name = settings.Name,
            MaxConnections = settings.MaxConnections,
            Instances = settings.Instances,
            GuaranteedConnections = settings.GuaranteedConnections,
            Database = settings.CreateBudgetDatabase(),
            Redis = redis,
        });
        await using var pool = CreatePool(settings, shared);
        await using var callers = new InstanceCallers(pool, settings.Provider == ShopProvider.MySql ? "SELECT sleep(0.1)" : "SELECT pg_sleep(0.1)", clock);
        using var ended = new CancellationTokenSource();
        var reporting = ReportAsync(shared, callers, output, clock, ended.Token);
        while (await input.ReadLineAsync() is { } line)
        {
            callers.Want(int.Parse(line, CultureInfo.InvariantCulture));
        }

        await ended.CancelAsync();
        await reporting;
        return Running.ExitCode.Success;
    }

    private static ConnectionPool CreatePool(InstanceSettings settings, SharedConnectionBudget shared)
    {
        var builder = new ConnectionPoolBuilder().WithName("orders").WithBudget(shared.Budget).WithSize(0, settings.MaxConnections);
        var connectionString = shared.AddLabel(settings.Connection);
        return (settings.Provider == ShopProvider.MySql ? builder.UseMySql(connectionString) : builder.UsePostgreSql(connectionString)).Build();
    }

    private static async Task ReportAsync(SharedConnectionBudget shared, InstanceCallers callers, TextWriter output, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var statistics = shared.GetStatistics();
            await output.WriteLineAsync(JsonSerializer.Serialize(new InstanceReport
            {
                Instance = statistics.Instance,
                State = statistics.State.ToString(),
                Granted = statistics.Granted,
                Connections = statistics.Connections + 1,
                Demand = statistics.Demand,
                Served = callers.Served,
                Failed = callers.Failed,
            }));
            await output.FlushAsync(CancellationToken.None);
            await Task.Delay(ReportInterval, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
