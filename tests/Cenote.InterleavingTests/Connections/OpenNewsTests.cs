using Cenote.Connections;

namespace Cenote.InterleavingTests.Connections;

/// <summary>The news of opens that succeed or knock no more, for opens that wait between two retries.</summary>
internal static class OpenNewsTests
{
    [Interleaving]
    public static void An_open_that_waits_misses_no_news()
    {
        var news = new OpenNews();
        var (seen, next) = (0, Task.CompletedTask);
        Threads.Run(
            () =>
            {
                seen = news.Version;
                next = news.After(seen);
            },
            () => news.Publish(seen: 0),
            () => news.Publish(seen: 1));
        // News in progress may wake an open that has seen their number already.
        Check.That(next.IsCompleted || news.Version == seen, $"the number is {news.Version}, the open waits for what follows {seen}");
    }

    [Interleaving]
    public static void An_open_that_has_published_news_misses_none_of_others()
    {
        var news = new OpenNews();
        var (seen, next) = (0, Task.CompletedTask);
        Threads.Run(
            () =>
            {
                seen = news.Publish(news.Version);
                next = news.After(seen);
            },
            () => news.Publish(news.Version));
        // News in progress may wake an open that has seen their number already.
        Check.That(next.IsCompleted || news.Version == seen, $"the number is {news.Version}, the open waits for what follows {seen}");
    }

    [Interleaving]
    public static void An_open_is_not_woken_by_its_own_news()
    {
        var news = new OpenNews();
        var seen = news.Publish(news.Version);
        Check.That(!news.After(seen).IsCompleted, "it woke itself");
    }

    [Interleaving]
    public static void Two_opens_that_wait_are_both_woken()
    {
        var news = new OpenNews();
        var waiting = new Task[2];
        Threads.Run(() => waiting[0] = news.After(0), () => waiting[1] = news.After(0), () => news.Publish(seen: 0));
        Check.That(waiting[0].IsCompleted && waiting[1].IsCompleted, "an open was forgotten");
    }
}
