using System.Collections.Concurrent;

namespace Cenote.ReadReplicasTests;

/// <summary>The provider of a stub server whose sessions carry contexts.</summary>
internal sealed class ContextProvider(StubDatabase database) : StubProvider(database), ISessionContextProvider
{
    /// <summary>Gets what was set, by the names and values of its entries.</summary>
    internal ConcurrentQueue<string> Set { get; } = new();

    public string? FindProblem(SessionContext context, ConnectionSettings settings) => null;

    public void SetContext(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout) =>
        Set.Enqueue(string.Join(' ', entries.Select(static entry => $"{entry.Name}={entry.Value ?? "-"}")));

    public ValueTask SetContextAsync(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout, CancellationToken cancellationToken)
    {
        SetContext(connection, entries, timeout);
        return ValueTask.CompletedTask;
    }
}
