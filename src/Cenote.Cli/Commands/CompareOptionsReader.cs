using System.CommandLine;
using System.Globalization;
using Cenote.Cli.Checking;

namespace Cenote.Cli.Commands;

/// <summary>Turns the words of <c>cenote compare</c> into options.</summary>
internal sealed class CompareOptionsReader(CompareCommand command, ParseResult words) : StatementOptionsReader(command, words)
{
    private const int DefaultConnections = 10;
    private const int MostConnections = 500;
    private const int MostClients = 2000;
    private const int MostCounts = 6;

    /// <returns><see langword="null"/> with a problem.</returns>
    public CompareOptions? Read()
    {
        var (questions, connection, timeout) = ReadTarget();
        if (questions is SqliteQuestions)
        {
            Refuse("DATABASE is sqlite, whose driver has no pool to compare with: it has no limit, and leaves settings in a session.");
        }

        var statement = ReadStatement();
        var duration = ReadDuration();
        var connections = ReadNumber(command.Connections, 1, MostConnections) ?? DefaultConnections;
        var clients = ReadClients() ?? [1, connections, 4 * connections];
        return Problems.Count > 0 ? null : new CompareOptions
        {
            Questions = questions!,
            ConnectionString = connection!,
            Timeout = timeout,
            Statement = statement!,
            AllowsWrites = AllowsWrites,
            Duration = duration,
            Connections = connections,
            Clients = [.. clients.Distinct().Order()],
            Json = AsksForJson,
        };
    }

    private int[]? ReadClients()
    {
        if (Value(command.Clients) is not { } text)
        {
            return null;
        }

        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        int[] numbers = [.. parts.Select(static part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostClients ? number : 0)];
        if (numbers.Length > MostCounts || Array.Exists(numbers, static number => number == 0))
        {
            Refuse(FormattableString.Invariant($"--clients is not a list of at most {MostCounts} whole numbers from 1 to {MostClients}, such as 1,10,40."));
        }

        return numbers;
    }
}
