using System.Globalization;
using Cenote.ConnectBench;
using Cenote.Reporting;

if (BenchArguments.Parse("connect", args, "--rounds", "--types", "--connections") is not { } arguments)
{
    return 2;
}

if (arguments.Help)
{
    Console.WriteLine("""
        Usage: ./bench connect [--save] [--check] [--rounds N] [--types N] [--connections N,N]

          --save             also write the report to benchmarks/results/
          --check            exit with 1 when a target is missed
          --rounds N         rounds in which every side works once (default 15)
          --types N          user types in the second database (default 5000)
          --connections N,N  sizes of the pools (default 10,50)
        """);
    return 0;
}

var rounds = int.Parse(arguments["--rounds"] ?? "15", CultureInfo.InvariantCulture);
var types = int.Parse(arguments["--types"] ?? "5000", CultureInfo.InvariantCulture);
int[] sizes = [.. (arguments["--connections"] ?? "10,50").Split(',').Select(static size => int.Parse(size, CultureInfo.InvariantCulture))];
if (Environment.GetEnvironmentVariable("CENOTE_TEST_POSTGRESQL") is not { Length: > 0 } connectionString)
{
    Console.Error.WriteLine("Not measured: CENOTE_TEST_POSTGRESQL names no server.");
    return arguments.Check ? 1 : 0;
}

List<Measurement> measurements = [];
string? server = null;
foreach (var count in (int[])[0, types])
{
    await using var database = await BenchDatabase.CreateAsync(connectionString, count);
    server = database.Description;
    foreach (var size in sizes)
    {
        measurements.Add(new Measurement(database.Name, size, await new Rounds(database, size).RunAsync(rounds)));
        Console.WriteLine($"  {string.Join("  ", measurements[^1].Rows().First())}");
    }
}

Console.WriteLine();
Target[] targets = [.. measurements.SelectMany(static measurement => measurement.Evaluate())];
var report = ConnectReport.Create(arguments, measurements, targets, server!, rounds);
if (arguments.Save)
{
    report.Save("connect");
}

return arguments.Check && targets.Any(static target => target.IsMet != true) ? 1 : 0;
