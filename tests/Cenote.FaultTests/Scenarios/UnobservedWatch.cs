namespace Cenote.FaultTests.Scenarios;

/// <summary>Unobserved exceptions of tasks, of the whole process.</summary>
internal static class UnobservedWatch
{
    private static readonly List<string> Seen = [];

    static UnobservedWatch() => TaskScheduler.UnobservedTaskException += (_, arguments) =>
    {
        lock (Seen)
        {
            Seen.Add(arguments.Exception.ToString());
        }
    };

    internal static void Start() => Take();

    /// <summary>Has the collector find them, and forgets them.</summary>
    internal static IReadOnlyList<string> Take()
    {
        for (var round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        lock (Seen)
        {
            List<string> seen = [.. Seen];
            Seen.Clear();
            return seen;
        }
    }
}
