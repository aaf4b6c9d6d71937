using System.CommandLine;

namespace Cenote.Cli.Commands;

/// <summary>Turns the words of <c>cenote size</c> into options.</summary>
internal sealed class SizeOptionsReader(SizeCommand command, ParseResult words) : StatementOptionsReader(command, words)
{
    private const int MostConnections = 1000;
    private const int MostInstances = 10_000;

    /// <returns><see langword="null"/> with a problem.</returns>
    public SizeOptions? Read()
    {
        var (questions, connection, timeout) = ReadTarget();
        var statement = ReadStatement();
        var duration = ReadDuration();
        var max = ReadNumber(command.Max, 1, MostConnections);
        var instances = ReadNumber(command.Instances, 1, MostInstances);
        var svg = Value(command.Svg);
        if (svg is not null && !CanWrite(svg))
        {
            // Before the measurement, which takes its time.
            Refuse("--svg is not a file that can be written, in a folder that exists.");
        }

        return Problems.Count > 0 ? null : new SizeOptions
        {
            Questions = questions!,
            ConnectionString = connection!,
            Timeout = timeout,
            Statement = statement!,
            AllowsWrites = AllowsWrites,
            Duration = duration,
            Max = max,
            Instances = instances ?? 1,
            Svg = svg,
            Json = AsksForJson,
        };
    }

    // A file that exists keeps its content until the picture is there.
    private static bool CanWrite(string path)
    {
        try
        {
            var isNew = !File.Exists(path);
            using (File.Open(path, FileMode.OpenOrCreate, FileAccess.Write))
            {
            }

            if (isNew)
            {
                File.Delete(path);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
