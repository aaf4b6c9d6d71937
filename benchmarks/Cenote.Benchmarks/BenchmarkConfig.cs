using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Cenote.Benchmarks;

/// <summary>
/// How BenchmarkDotNet measures here: in this process, briefly, with bytes; silent but for one line a case.
/// </summary>
internal static class BenchmarkConfig
{
    internal static IConfig Create(ILogger log, string? filter)
    {
        var job = Job.Default
            .WithToolchain(new InProcessEmitToolchain(TimeSpan.FromMinutes(5), logOutput: false))
            .WithStrategy(RunStrategy.Throughput)
            .WithLaunchCount(1)
            .WithWarmupCount(6)
            .WithIterationCount(40)
            .WithIterationTime(TimeInterval.FromMilliseconds(12))
            .WithMinInvokeCount(1)
            .WithUnrollFactor(1)
            .WithEvaluateOverhead(false)
            .WithGcForce(false);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(log)
            .AddEventProcessor(new ProgressLines())
            .WithOrderer(new MethodsThenThreads())
            .WithArtifactsPath(Path.Combine("artifacts", "bench"))
            .WithOptions(ConfigOptions.JoinSummary);
        return filter is null ? config : config.AddFilter(new NameFilter(filter));
    }
}
