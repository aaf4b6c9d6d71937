using System.Globalization;
using System.Text.RegularExpressions;

namespace Cenote.Tests.Events;

/// <summary>The ids of the log events of all packages, read from the sources.</summary>
public sealed partial class LogEventTests
{
    /// <summary>The ranges that CONTRIBUTING.md states.</summary>
    private static readonly Dictionary<string, (int First, int Last)> Ranges = new(StringComparer.Ordinal)
    {
        ["Cenote"] = (1, 69),
        ["Cenote.DependencyInjection"] = (70, 79),
        ["Cenote.Hosting"] = (100, 119),
        ["Cenote.ReadReplicas"] = (120, 139),
        ["Cenote.Dashboard"] = (140, 159),
        ["Cenote.SharedBudget"] = (200, 219),
        ["Cenote.AspNetCore"] = (220, 229),
    };

    [Fact]
    public void Each_id_is_used_once()
    {
        var shared = ReadEvents().GroupBy(static message => message.Id).Where(static messages => messages.Count() > 1).Select(static messages => messages.Key);

        Assert.Empty(shared);
    }

    [Fact]
    public void Each_id_is_in_the_range_of_its_package() => Assert.All(ReadEvents(), static message =>
    {
        Assert.True(Ranges.TryGetValue(message.Package, out var range), $"{message.Package} has no range");
        Assert.InRange(message.Id, range.First, range.Last);
    });

    [Fact]
    public void The_contributing_guide_states_each_range()
    {
        var guide = WhiteSpacePattern().Replace(Repository.Read("CONTRIBUTING.md"), " ");

        Assert.All(Ranges, range => Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"{range.Key.Replace("Cenote.", "", StringComparison.Ordinal)} {range.Value.First}–{range.Value.Last}"),
            guide,
            StringComparison.Ordinal));
    }

    [Fact]
    public void The_monitoring_page_lists_each_id()
    {
        var listed = RowPattern().Matches(Repository.Read("docs/monitoring.md"))
            .SelectMany(static row => row.Groups["ids"].Value.Split(", "))
            .Select(static id => int.Parse(id, CultureInfo.InvariantCulture));

        Assert.Equal(ReadEvents().Select(static message => message.Id).Order(), listed.Order());
    }

    private static List<(string Package, int Id)> ReadEvents()
    {
        var source = Path.Combine(Repository.Root, "src");
        var messages = Directory.EnumerateFiles(source, "*Log.cs", SearchOption.AllDirectories)
            .SelectMany(file => MessagePattern().Matches(File.ReadAllText(file)).Select(match =>
                (Path.GetRelativePath(source, file).Split(Path.DirectorySeparatorChar)[0], int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture))))
            .ToList();
        Assert.True(messages.Count > 60, $"{messages.Count} messages");
        return messages;
    }

    [GeneratedRegex(@"\[LoggerMessage\((EventId = )?(?<id>\d+),", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex MessagePattern();

    [GeneratedRegex(@"^\| (?<ids>\d+(, \d+)*) \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 60_000)]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"\s+", RegexOptions.None, 60_000)]
    private static partial Regex WhiteSpacePattern();
}
