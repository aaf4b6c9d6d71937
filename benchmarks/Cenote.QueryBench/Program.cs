using System.Globalization;
using Cenote.QueryBench;
using Cenote.Reporting;

int[] clientCounts = [1, 8, 32];

if (BenchArguments.Parse("query", args, "--rounds", "--turn", "--database") is not { } arguments)
{
    return 2;
}

if (arguments.Help)
{
    Console.WriteLine("""
        Usage: ./bench query [--save] [--check] [--rounds N] [--turn MS] [--database NAME]

          --save           also write the report to benchmarks/results/
          --check          exit with 1 when a target is missed
          --rounds N       rounds in which every side works once (default 13)
          --turn MS        how long a side works in a round, in milliseconds (default 600)
          --database NAME  only PostgreSQL or only MariaDB
        """);
    return 0;
}

var rounds = int.Parse(arguments["--rounds"] ?? "13", CultureInfo.InvariantCulture);
var turn = TimeSpan.FromMilliseconds(int.Parse(arguments["--turn"] ?? "600", CultureInfo.InvariantCulture));
List<Measurement> measurements = [];
List<string> missing = [];
await MeasureAsync("PostgreSQL", "CENOTE_TEST_POSTGRESQL", Database.PostgreSqlAsync);
await MeasureAsync("MariaDB", "CENOTE_TEST_MYSQL", Database.MariaDbAsync);
Console.WriteLine();
Target[] targets = [.. measurements.Select(static measurement => measurement.Evaluate())];
var report = QueryReport.Create(arguments, measurements, missing, targets, $"{rounds} rounds of {turn.TotalMilliseconds:N0} ms a side");
if (arguments.Save)
{
    report.Save("query");
}

return arguments.Check && (missing.Count > 0 || targets.Any(static target => target.IsMet != true)) ? 1 : 0;

async Task MeasureAsync(string name, string variable, Func<string, Task<Database>> connect)
{
    if (arguments["--database"] is { } only && !string.Equals(only, name, StringComparison.OrdinalIgnoreCase))
    {
        return;
    }

    if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } connectionString)
    {
        missing.Add($"{name}: not measured, {variable} names no server");
        Console.WriteLine($"  {missing[^1]}");
        return;
    }

    await using var database = await connect(connectionString);
    foreach (var clients in clientCounts)
    {
        var turns = await new Rounds(database.Sides, clients, turn).RunAsync(rounds);
        measurements.Add(new Measurement(database, clients, turns));
        Console.WriteLine($"  {string.Join("  ", measurements[^1].Row())}");
    }
}
