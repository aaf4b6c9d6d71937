using System.Collections.Concurrent;
using Cenote.Providers;

namespace Cenote.Tests.SessionContexts;

/// <summary>A stub whose sessions carry contexts, and whose setting can be held or made to fail.</summary>
internal class StubContextProvider(StubDatabase database) : StubProvider(database), ISessionContextProvider
{
    /// <summary>What was set, by the names and values of its entries.</summary>
    internal ConcurrentQueue<string> Set { get; } = new();

    /// <summary>What each setting awaits before it is done.</summary>
    internal Func<CancellationToken, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public string? FindProblem(SessionContext context, ConnectionSettings settings) => context.HasRole ? "stub sessions carry settings only" : null;

    public void SetContext(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout) =>
        SetContextAsync(connection, entries, timeout, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public async ValueTask SetContextAsync(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await Before(cancellationToken);
        Set.Enqueue(string.Join(' ', entries.Select(static entry => $"{entry.Name}={entry.Value ?? "-"}")));
    }
}
