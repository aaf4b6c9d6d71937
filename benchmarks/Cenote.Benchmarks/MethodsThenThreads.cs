using System.Collections.Immutable;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Running;

namespace Cenote.Benchmarks;

/// <summary>
/// Runs suite by suite, and each method at every number of threads before the next: its pool stays at work, and what is
/// compared is measured close together.
/// </summary>
internal sealed class MethodsThenThreads : DefaultOrderer
{
    public override IEnumerable<BenchmarkCase> GetExecutionOrder(
        ImmutableArray<BenchmarkCase> benchmarksCase, IEnumerable<BenchmarkDotNet.Configs.BenchmarkLogicalGroupRule>? order = null) =>
        benchmarksCase
            .GroupBy(static benchmark => benchmark.Descriptor.Type)
            .SelectMany(static suite => suite.OrderBy(static benchmark => benchmark.Descriptor.MethodIndex).ThenBy(static benchmark => (int)benchmark.Parameters["Threads"]));
}
