using Cenote.SharedBudget.Grants;
using Cenote.SharedBudget.Stores;

namespace Cenote.SharedBudget.Renewal;

/// <summary>Renews the grant of one instance in the store.</summary>
internal sealed class Renewer(IGrantStore store, ConnectionBudget budget, Grant grant, GrantSettings settings, SessionLabel label, TimeProvider clock)
{
    private const int MaxAttempts = 50;

    /// <summary>Demand of the last half second counts, so that a moment without callers closes no connection.</summary>
    private static readonly TimeSpan DemandWindow = TimeSpan.FromMilliseconds(500);

    private readonly Queue<(long At, int Demand)> _demands = new();

    /// <summary>Gets the demand that the last renewal reported.</summary>
    internal int Demand { get; private set; }

    /// <summary>Gets how long the grant is still valid after the last renewal.</summary>
    internal TimeSpan ValidFor { get; private set; }

    /// <summary>Asks for a grant and takes the answer over.</summary>
    /// <exception cref="RejectedInstanceException">The other instances have other settings.</exception>
    internal async Task<GrantAnswer> RenewAsync(GrantCensus? census, string knownEpoch, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await TryRenewAsync(census, knownEpoch, cancellationToken).ConfigureAwait(false) is { } answer)
            {
                return answer;
            }

            await HoldBackAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks once; <see langword="null"/> when another instance has changed the table meanwhile.</summary>
    internal async Task<GrantAnswer?> TryRenewAsync(GrantCensus? census, string knownEpoch, CancellationToken cancellationToken)
    {
        // From here to the answer, the instance uses no more than this.
        var (hadPlace, isBacked) = (grant.HasPlace, grant.MayConnect);
        var permits = budget.Ledger.Apply(grant.Read());
        Demand = ReadDemand();
        var sentAt = grant.Now();
        var (family, hasFamily) = label.Read();
        var request = new GrantRequest
        {
            Id = label.Instance,
            Family = family,
            HasFamily = hasFamily,
            NewTableId = SessionLabel.CreateId(),
            KnownEpoch = knownEpoch,
            HadPlace = hadPlace,
            IsBacked = isBacked,
            IsBare = !isBacked && permits == 0,
            FirstSequence = sentAt.At,
            Offer = permits + grant.Control,
            Demand = Demand,
            Hidden = settings.Hidden,
            Census = census,
        };
        var (answer, hasWritten) = await TryAsync(request, cancellationToken).ConfigureAwait(false);
        if (!hasWritten)
        {
            return null;
        }

        ValidFor = grant.Accept(answer, sentAt);
        budget.Ledger.Apply(grant.Read());
        return answer;
    }

    /// <summary>Gives everything back, because the last connection is closed.</summary>
    /// <param name="isBare">Whether it had no grant and no place.</param>
    /// <param name="cancellationToken">A token to cancel the requests.</param>
    internal async Task LeaveAsync(bool isBare, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Its own session may still be there: without Redis it is the one that leaves.
            var request = new GrantRequest { Id = label.Instance, Family = label.Read().Family, NewTableId = SessionLabel.CreateId(), IsLeaving = true, IsBare = isBare, Offer = grant.Control };
            if ((await TryAsync(request, cancellationToken).ConfigureAwait(false)).HasWritten)
            {
                return;
            }

            await HoldBackAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(GrantAnswer Answer, bool HasWritten)> TryAsync(GrantRequest request, CancellationToken cancellationToken)
    {
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        var table = GrantTable.Parse(read.Text);
        if (table.IsOfOtherVersion)
        {
            throw new RejectedInstanceException("The grants are in the format of another version of the package. Use the same version in all instances. To change it, end all instances first, and delete the grants if some were killed.", isFinal: true);
        }

        var answer = GrantRules.Renew(table, request, settings, read.Now, read.Epoch);
        if (answer.OtherSettings is { } others)
        {
            // The time for which no other instance came is kept in the table, and whose turn it is to count.
            if (answer.MayFollow && !await store.TryWriteAsync(read, table.ToString(), cancellationToken).ConfigureAwait(false))
            {
                return (answer, HasWritten: false);
            }

            throw new RejectedInstanceException($"The settings are not those of the instances that run: {settings.DescribeDifferences(others)}. Use the same in all instances. To change one, end all instances first.", isFinal: !answer.MayFollow, answer.MayFollow ? answer : null);
        }

        return (answer, await store.TryWriteAsync(read, table.ToString(), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Another instance was faster: waits a little, longer each time.</summary>
    private async Task HoldBackAsync(int attempt, CancellationToken cancellationToken)
    {
        if (attempt == MaxAttempts)
        {
            throw new TimeoutException($"The table of the budget changed in each of {MaxAttempts} attempts to renew the grant.");
        }

#pragma warning disable CA5394 // Spreads the attempts of instances. Not a secret.
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(attempt, 10)), clock, cancellationToken).ConfigureAwait(false);
#pragma warning restore CA5394
    }

    private int ReadDemand()
    {
        var now = clock.GetTimestamp();
        _demands.Enqueue((now, budget.CountWanted() + 1));
        while (_demands.Count > 1 && clock.GetElapsedTime(_demands.Peek().At, now) > DemandWindow)
        {
            _demands.Dequeue();
        }

        return _demands.Max(static sample => sample.Demand);
    }
}
