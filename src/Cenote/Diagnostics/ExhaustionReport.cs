using System.Globalization;
using System.Text;
using Cenote.Leasing;
using Cenote.Resilience;

namespace Cenote.Diagnostics;

/// <summary>Says why no connection could be had in time.</summary>
internal static class ExhaustionReport
{
    private const int MostHolders = 5;

    internal static PoolTimeoutException Create(PoolSettings settings, TimeSpan timeout, PoolCounts counts, LeaseDesk desk)
    {
        var holders = LongestHolders(desk);
        var failure = desk.Meters.LastOpenFailure;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Pool '{settings.Name}' had no connection within {timeout.TotalSeconds:0.###} s: {counts}.");
        if (desk.Attention.HasAny(Attention.Suspended))
        {
            text.Append(" The pool is suspended: nothing is lent until Resume is called.");
        }

        if (desk.ReadCircuit() is { State: not CircuitState.Closed } circuit)
        {
            text.Append(CultureInfo.InvariantCulture, $" The circuit is not closed since {circuit.Since:O}.");
        }

        if (holders.Count > 0)
        {
            text.Append(" Held longest by ").AppendJoin("; ", holders).Append('.');
        }

        if (failure is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $" The last open failed at {failure.Time:O} ({failure.Kind}): {failure.Exception.Message}");
        }
        else
        {
            text.Append(" Return connections sooner, look for a holder that never returns, or raise MaxSize.");
        }

        return new PoolTimeoutException(settings.Name, timeout, counts, holders, failure, text.ToString());
    }

    internal static PoolOverloadedException CreateOverload(PoolSettings settings, string reason, PoolCounts counts, LeaseDesk desk)
    {
        var holders = LongestHolders(desk);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Pool '{settings.Name}' turned the caller away: {reason}; {counts}.");
        if (holders.Count > 0)
        {
            text.Append(" Held longest by ").AppendJoin("; ", holders).Append('.');
        }

        text.Append(" Ask again later, return connections sooner, or raise MaxSize if the database has room.");
        return new PoolOverloadedException(settings.Name, counts, holders, text.ToString());
    }

    internal static IReadOnlyList<LeaseHolder> LongestHolders(LeaseDesk desk)
    {
        var holders = new List<LeaseHolder>();
        foreach (var slot in desk.Slots.All)
        {
            if (slot.DescribeLease(desk.Clock) is { } lease)
            {
                holders.Add(new LeaseHolder(lease.SlotId, lease.Age, lease.CallSite.FilePath, lease.CallSite.LineNumber, lease.CallSite.MemberName));
            }
        }

        return [.. holders.OrderByDescending(static holder => holder.Age).Take(MostHolders)];
    }
}
