using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Running;

namespace Cenote.Benchmarks;

/// <summary>Keeps the cases whose <c>suite.method</c> contains a text.</summary>
internal sealed class NameFilter(string text) : IFilter
{
    public bool Predicate(BenchmarkCase benchmarkCase) =>
        $"{benchmarkCase.Descriptor.Type.Name}.{benchmarkCase.Descriptor.WorkloadMethod.Name}".Contains(text, StringComparison.OrdinalIgnoreCase);
}
