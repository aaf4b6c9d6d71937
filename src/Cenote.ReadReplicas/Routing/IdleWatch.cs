namespace Cenote.ReadReplicas.Routing;

/// <summary>The watch for an idle connection of a server, for as long as reads that wait elsewhere want one.</summary>
#pragma warning disable CA1001 // The source has no timer, and may be cancelled when the watch has ended.
internal sealed class IdleWatch(ReplicaSetServer server)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _ended = new();

    internal ReplicaSetServer Server => server;

    /// <summary>Gets or sets how many reads want it. Guarded by the lock of <see cref="ReadQueue"/>.</summary>
    internal int Wanted { get; set; }

    internal CancellationToken Ended => _ended.Token;

    internal void End() => _ended.Cancel();
}
