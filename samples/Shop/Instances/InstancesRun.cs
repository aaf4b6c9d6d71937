using System.Data.Common;
using Cenote.Shared;
using Cenote.Shop.Arguments;
using Cenote.Shop.Database;
using Cenote.Shop.Running;

namespace Cenote.Shop.Instances;

/// <summary>
/// Instances in processes of their own share one budget of connections. What they want changes every few seconds, and
/// the server's own count is compared with the budget.
/// </summary>
internal static class InstancesRun
{
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync(RunOptions options, TextWriter output, TimeProvider clock)
    {
        var count = options.Instances!.Value;
        var settings = new InstanceSettings
        {
            Name = "",
            Provider = options.Provider,
            Connection = options.Connection!,
            Redis = options.Redis,
            MaxConnections = options.Budget ?? (count * 6),
            Instances = count,
            GuaranteedConnections = 2,
        }.WithName($"cenote run {Guid.NewGuid().ToString("N")[..8]}");
        using var interruption = new Interruption("Ended by a second interrupt.");
        var instances = new List<InstanceProcess>();
        try
        {
            await output.WriteLineAsync(FormattableString.Invariant($"{count} processes share {settings.MaxConnections} connections through {(settings.Redis is null ? "the database" : "Redis")}."));
            await using var watch = await ServerWatch.StartAsync(settings, options.Connection!, clock);
            for (var i = 0; i < count; i++)
            {
                instances.Add(await InstanceProcess.StartAsync(settings));
            }

            await WorkAsync(instances, settings, watch, options.Duration, output, clock, interruption.Asked);
            return await ReportAsync(settings, watch, output);
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException)
        {
            // A driver may quote the connection string.
            await Console.Error.WriteLineAsync($"{RunSession.Program}: {Secrets.Of(new DbConnectionStringBuilder { ConnectionString = options.Connection! }).Hide(exception.Message)}");
            return exception is DbException ? ExitCode.DatabaseUnreachable : ExitCode.CheckFailed;
        }
        finally
        {
            await Task.WhenAll(instances.Select(static instance => instance.DisposeAsync().AsTask()));
        }
    }

    private static async Task WorkAsync(
        List<InstanceProcess> instances, InstanceSettings settings, ServerWatch watch, TimeSpan duration, TextWriter output, TimeProvider clock, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var last = -1;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        while (clock.GetElapsedTime(started) is var elapsed && elapsed < duration && !cancellationToken.IsCancellationRequested)
        {
            var phase = (int)(elapsed / Phase);
            if (phase != last)
            {
                last = phase;
                await ChangeDemandAsync(instances, settings, phase);
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);

            // A share takes up to about three seconds to move. The second half of a phase may have a part of that, so
            // that it counts rather too little as used.
            watch.IsBusy = clock.GetElapsedTime(started).Ticks % Phase.Ticks > Phase.Ticks / 2;
            await output.WriteLineAsync(Line(clock.GetElapsedTime(started), instances, settings, watch));
        }
    }

    /// <summary>Half of the instances, always others, want more than there is.</summary>
    private static Task ChangeDemandAsync(List<InstanceProcess> instances, InstanceSettings settings, int phase) =>
        Task.WhenAll(instances.Select((instance, number) => instance.WantAsync((number + phase) % instances.Count <= instances.Count / 2 ? settings.MaxConnections : 1)));

    private static string Line(TimeSpan elapsed, List<InstanceProcess> instances, InstanceSettings settings, ServerWatch watch)
    {
        var each = string.Join("  ", instances.Select(static instance => FormattableString.Invariant(
            $"{instance.Latest!.Connections,3}/{instance.Latest.Granted}{(instance.Wanted > 1 ? "*" : " ")}")));
        return FormattableString.Invariant($"{Figures.Seconds(elapsed),5}  at the server {watch.Latest,3} of {settings.MaxConnections}  {each}");
    }

    private static async Task<int> ReportAsync(InstanceSettings settings, ServerWatch watch, TextWriter output)
    {
        await output.WriteLineAsync();
        await output.WriteLineAsync("Each column is a process: its connections / its grant; * has more callers than the budget has connections.");
        await output.WriteLineAsync(FormattableString.Invariant(
            $"At the server: at most {watch.Most} of {settings.MaxConnections} in {watch.Samples} samples, {watch.Above} of them above; {100 * watch.Use:0} % used while callers waited."));
        return watch.Above == 0 ? ExitCode.Success : ExitCode.CheckFailed;
    }
}
