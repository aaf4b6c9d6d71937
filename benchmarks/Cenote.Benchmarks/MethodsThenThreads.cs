using System.Collections.Immutable;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Running;

namespace Cenote.Benchmarks;

/// <summary>Runs each method at every number of threads before the next, so that its pool stays at work.</summary>
internal sealed class MethodsThenThreads : DefaultOrderer
{
    public override IEnumerable<BenchmarkCase> GetExecutionOrder(
        ImmutableArray<BenchmarkCase> benchmarksCase, IEnumerable<BenchmarkDotNet.Configs.BenchmarkLogicalGroupRule>? order = null) =>
        benchmarksCase.OrderBy(static benchmark => benchmark.Descriptor.MethodIndex).ThenBy(static benchmark => (int)benchmark.Parameters["Threads"]);
}
