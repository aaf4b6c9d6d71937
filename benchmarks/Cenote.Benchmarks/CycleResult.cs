using BenchmarkDotNet.Reports;

namespace Cenote.Benchmarks;

/// <summary>What one case measured.</summary>
/// <param name="Name">Suite and method.</param>
/// <param name="Threads">Threads that ran it at once.</param>
/// <param name="Nanoseconds">
/// Wall time divided by the operations of all threads together: the first quartile over the iterations, which whatever
/// else the machine does disturbs less than the median.
/// </param>
/// <param name="Median">The median of the same.</param>
/// <param name="Bytes">Bytes allocated per operation.</param>
internal sealed record CycleResult(string Name, int Threads, double Nanoseconds, double Median, double Bytes)
{
    internal static readonly int[] ThreadCounts = [1, 2, 8];

    internal static string Describe(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";

    internal static CycleResult? From(BenchmarkReport report) => report.ResultStatistics is not { } statistics
        ? null
        : new CycleResult(
            NameOf(report),
            (int)report.BenchmarkCase.Parameters["Threads"],
            statistics.Q1,
            statistics.Median,
            report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0);

    internal static string NameOf(BenchmarkReport report) =>
        $"{report.BenchmarkCase.Descriptor.Type.Name}.{report.BenchmarkCase.Descriptor.WorkloadMethod.Name}";
}
