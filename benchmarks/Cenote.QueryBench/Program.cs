using System.Globalization;
using Cenote.QueryBench;
using Cenote.Reporting;
using MySqlConnector;
using Npgsql;

if (BenchArguments.Parse("query", args, "--rounds", "--turn", "--only") is not { } arguments)
{
    return 2;
}

var only = arguments["--only"];
Part[] parts = [.. Parts.All.Where(part => only is null || part.Name.StartsWith(only, StringComparison.OrdinalIgnoreCase))];
if (arguments.Help || parts.Length == 0)
{
    Console.WriteLine($"""
        Usage: ./bench query [--save] [--check] [--rounds N] [--turn MS] [--only PART]

          --save       also write the report to benchmarks/results/
          --check      exit with 1 when a target is missed
          --rounds N   rounds in which every side works once (default 11)
          --turn MS    how long a side works in a round, in milliseconds (default 350)
          --only PART  one part, or all that begin so: {string.Join(", ", Parts.All.Select(static part => part.Name))}
        """);
    return arguments.Help ? 0 : 2;
}

var rounds = int.Parse(arguments["--rounds"] ?? "11", CultureInfo.InvariantCulture);
var turn = TimeSpan.FromMilliseconds(int.Parse(arguments["--turn"] ?? "350", CultureInfo.InvariantCulture));
List<Measurement> measurements = [];
List<string> notes = [];
foreach (var part in parts)
{
    await MeasureAsync(part);
}

Console.WriteLine();
Target[] targets = [.. measurements.SelectMany(static measurement => measurement.Evaluate())];
var report = QueryReport.Create(arguments, measurements, notes.Distinct(StringComparer.Ordinal), targets, $"{rounds} rounds of {turn.TotalMilliseconds:N0} ms a side");
if (arguments.Save)
{
    report.Save(only is null ? "query" : "query-" + only);
}

var isComplete = measurements.Count == parts.Sum(static part => part.Clients.Length);
return arguments.Check && (!isComplete || targets.Any(static target => target.IsMet != true)) ? 1 : 0;

async Task MeasureAsync(Part part)
{
    if (Environment.GetEnvironmentVariable(part.Variable) is not { Length: > 0 } connectionString)
    {
        notes.Add($"{part.Name}: not measured, {part.Variable} names no server");
        Console.WriteLine($"  {notes[^1]}");
        return;
    }

    notes.Add(await DescribeAsync(part, connectionString));
    var sides = await part.ConnectAsync(connectionString);
    foreach (var clients in part.Clients)
    {
        measurements.Add(new Measurement(part, sides, clients, await new Rounds(sides, part.IsBlocking, clients, turn).RunAsync(rounds)));
        measurements[^1].Rows().ToList().ForEach(row => Console.WriteLine($"  {part.Name}  {string.Join("  ", row)}"));
    }

    foreach (var side in sides)
    {
        await side.DisposeAsync();
    }
}

static async Task<string> DescribeAsync(Part part, string connectionString)
{
    await using System.Data.Common.DbConnection connection =
        part.Variable == Parts.MariaDb ? new MySqlConnection(connectionString + ";Pooling=false") : new NpgsqlConnection(connectionString + ";Pooling=false");
    await connection.OpenAsync();
    var name = part.Variable == Parts.MariaDb ? "MariaDB" : "PostgreSQL";
    return $"{name} {connection.ServerVersion} through {connection.GetType().Namespace} {Machine.VersionOf(connection.GetType())}";
}
