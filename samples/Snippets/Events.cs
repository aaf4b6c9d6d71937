using Cenote;

namespace Snippets;

internal static class Events
{
    internal static void Follow(ConnectionPool pool, Action<string> alert)
    {
        #region usage
        foreach (var happened in pool.GetEvents())          // what the pool remembers, the oldest first
        {
            Console.WriteLine($"{happened.Sequence} {happened.Level}: {happened}");
        }

        pool.EventOccurred += (_, arguments) =>             // and what happens from now on
        {
            if (arguments.Event.Level == PoolEventLevel.Error)
            {
                alert($"{pool.Name}: {arguments.Event}");
            }
        };

        pool.Resize(2, 20);
        pool.RecordOperatorAction("resize to 2–20", "anna");     // who did it, in the same history and in the log
        #endregion
    }
}
