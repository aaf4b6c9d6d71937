using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using Cenote.Benchmarks.Cycles;
using Cenote.Benchmarks.Waiters;

namespace Cenote.Benchmarks;

/// <summary>A run from the first case to the results.</summary>
internal static class CycleBench
{
    internal static readonly string LogFile = Path.Combine("artifacts", "bench", "cycle.log");

    internal static IReadOnlyList<CycleResult> Measure(string? filter)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LogFile)!);
        using var log = new StreamLogger(LogFile);
        try
        {
            var summaries = BenchmarkRunner.Run(ChooseSuites(), BenchmarkConfig.Create(log, filter));
            return [.. summaries.SelectMany(static summary => summary.Reports).Select(CycleResult.From).OfType<CycleResult>()];
        }
        finally
        {
            Pools.Close();
            Databases.DeleteFiles();
        }
    }

    internal static HandOverRounds? MeasureHandOvers(string? filter) =>
        filter is null || "HandOver".Contains(filter, StringComparison.OrdinalIgnoreCase) ? HandOverRounds.Run() : null;

    private static Type[] ChooseSuites()
    {
        List<Type> suites = [typeof(Suites.StubDriver)];
        Add(typeof(Suites.PostgreSql), Databases.PostgreSql, "CENOTE_TEST_POSTGRESQL");
        Add(typeof(Suites.MySql), Databases.MySql, "CENOTE_TEST_MYSQL");
        suites.Add(typeof(Suites.Sqlite));
        return [.. suites];

        void Add(Type suite, string? connectionString, string variable)
        {
            if (connectionString is not null)
            {
                suites.Add(suite);
            }
            else
            {
                Console.WriteLine($"  {suite.Name}.*: not measured, {variable} names no server");
            }
        }
    }
}
