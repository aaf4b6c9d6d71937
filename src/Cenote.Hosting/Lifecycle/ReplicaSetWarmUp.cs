using Microsoft.Extensions.Logging;

namespace Cenote.Hosting.Lifecycle;

/// <summary>
/// The warm-up of a replica set: it has a primary, and the pools of the servers that serve are warm. The start does not
/// wait for a server that is out, because the set serves without it.
/// </summary>
/// <param name="set">The set.</param>
/// <param name="members">The warm-ups of the servers' pools, in the order of the servers.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">The logger.</param>
internal sealed class ReplicaSetWarmUp(ReplicaSet set, IReadOnlyList<PoolWarmUp> members, TimeProvider timeProvider, ILogger logger)
{
    private readonly long _start = timeProvider.GetTimestamp();

    internal string SetName => set.Name;

    /// <summary>Gets why the set cannot serve; <see langword="null"/> when it can.</summary>
    internal PoolWarmUpFailure? Failure { get; private set; }

    /// <summary>Gets the pools that are not warm yet.</summary>
    internal IEnumerable<PoolWarmUp> LateMembers => members.Where(static member => member.Failure is not null);

    /// <summary>Gets whether the failure of a pool is that of the set.</summary>
    internal bool IsFailedBy(PoolWarmUp member) => Failure is not null && member.Failure == Failure;

    /// <summary>Never throws.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await set.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
            HostingLog.SetReady(logger, set.Name, set.Diagnose().Summary, Readable.About(timeProvider.GetElapsedTime(_start)));
        }
        catch (OperationCanceledException) when (set.Primary is not null)
        {
            // A server that does not answer has used up the time: the set serves without it.
        }
        catch (Exception exception) when (exception is OperationCanceledException or ReplicaSetClosedException)
        {
            var text = set.Diagnose().Findings is [var finding, ..] ? $"{finding.Summary}. {finding.Evidence}" : exception.Message;
            Failure = new PoolWarmUpFailure(set.Name, text, set.Servers[0].Pool.GetStatistics().LastOpenFailure?.Exception);
        }

        await Task.WhenAll(set.Servers.Select((server, index) => WarmUpAsync(server, members[index], cancellationToken))).ConfigureAwait(false);
        Failure ??= set.Servers.Select((server, index) => server == set.Primary ? members[index].Failure : null).FirstOrDefault(static failure => failure is not null);
    }

    private static Task WarmUpAsync(ReplicaSetServer server, PoolWarmUp member, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested && member.IsWarm)
        {
            return Task.CompletedTask;
        }

        if (server.State == ReplicaSetServerState.Serving)
        {
            return member.RunAsync(isPatient: false, cancellationToken);
        }

        member.GiveUp($"its server is {server.State}{(server.Reason.Length > 0 ? $": {server.Reason}" : "")}.");
        return Task.CompletedTask;
    }
}
