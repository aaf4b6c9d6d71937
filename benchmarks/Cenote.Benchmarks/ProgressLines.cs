using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Cenote.Benchmarks;

/// <summary>One line a case, as soon as it is measured.</summary>
internal sealed class ProgressLines : EventProcessor
{
    public override void OnEndRunBenchmark(BenchmarkCase benchmarkCase, BenchmarkReport report)
    {
        var result = CycleResult.From(report);
        Console.WriteLine(result is null
            ? $"  {CycleResult.NameOf(report)}: failed, see {CycleBench.LogFile}"
            : $"  {result.Name,-28} {CycleResult.Describe(result.Threads),9} {result.Nanoseconds,12:N1} ns {result.Bytes,6:N0} B");
    }
}
