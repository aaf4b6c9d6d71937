namespace Cenote.ProviderTests.Profiles;

/// <summary>The table of docs/providers/ado-net.md: what works where, as the tests of each driver measure it.</summary>
internal static class ProfilePage
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs/providers/ado-net.md"));

    /// <summary>Returns the cell of a driver's row.</summary>
    internal static string Cell(string driver, string column)
    {
        var head = Array.FindIndex(Lines, static line => line.StartsWith("| driver |", StringComparison.Ordinal));
        Assert.True(head >= 0, "The page has no table of drivers.");
        var index = Array.IndexOf(Cells(Lines[head]), column);
        Assert.True(index > 0, $"The table has no column '{column}'.");
        var row = Lines.Skip(head + 2).TakeWhile(static line => line.StartsWith('|')).Select(Cells).SingleOrDefault(cells => cells[0] == driver);
        Assert.True(row is not null, $"The table has no row '{driver}'.");
        return row[index];
    }

    private static string[] Cells(string line) => [.. line.Trim('|').Split('|').Select(static cell => cell.Trim())];
}
