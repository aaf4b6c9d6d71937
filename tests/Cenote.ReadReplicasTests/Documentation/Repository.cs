namespace Cenote.ReadReplicasTests.Documentation;

/// <summary>Where the pages and samples are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Cenote.slnx")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("Cenote.slnx is nowhere above the tests.");
        }

        return directory;
    }
}
