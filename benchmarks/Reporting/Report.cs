namespace Cenote.Reporting;

/// <summary>A report in Markdown: printed as it grows, kept for a file.</summary>
internal sealed class Report
{
    private readonly List<string> _lines = [];

    internal void Add(string line = "")
    {
        _lines.Add(line);
        Console.WriteLine(line);
    }

    /// <summary>A table whose columns line up, so that it can be read without being rendered.</summary>
    /// <param name="header">The columns; the first is text, the others are numbers unless they begin with a
    /// space.</param>
    /// <param name="rows">A cell for every column.</param>
    internal void AddTable(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<IReadOnlyList<string>> all = [[.. header.Select(static cell => cell.Trim())], .. rows];
        int[] widths = [.. header.Select((_, column) => all.Max(row => row[column].Length))];
        bool[] isText = [.. header.Select(static (cell, column) => column == 0 || cell.StartsWith(' '))];
        Add(Line(all[0]));
        Add("|" + string.Join("|", widths.Select((width, column) => isText[column] ? new string('-', width + 2) : new string('-', width + 1) + ":")) + "|");
        all.Skip(1).ToList().ForEach(row => Add(Line(row)));

        string Line(IReadOnlyList<string> row) => "| "
            + string.Join(" | ", row.Select((cell, column) => isText[column] ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))) + " |";
    }

    internal void AddTargets(IReadOnlyCollection<Target> targets)
    {
        AddTable(["target", " goal", " measured", " result"], targets.Select(static target => new[] { target.Name, target.Goal, target.Measured, target.Result }));
        Add();
        Add($"{targets.Count(static target => target.IsMet == true)} targets met, {targets.Count(static target => target.IsMet == false)} missed, {targets.Count(static target => target.IsMet is null)} not measured.");
    }

    /// <summary>Writes the report into <c>benchmarks/results</c>.</summary>
    /// <param name="bench">The benchmark's name.</param>
    internal void Save(string bench)
    {
        var folder = Path.Combine("benchmarks", "results");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{Machine.Today()}-{bench}.md");
        File.WriteAllLines(file, _lines);
        Console.WriteLine($"Saved as {file}");
    }
}
