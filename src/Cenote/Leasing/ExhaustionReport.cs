using System.Globalization;
using System.Text;
using Cenote.Statistics;

namespace Cenote.Leasing;

/// <summary>
/// The explanation why no connection was available. Callers that give up within a few milliseconds share one look at
/// the pool, because thousands of them would otherwise scan all slots while the pool is busy. Thread-safe.
/// </summary>
internal sealed class ExhaustionReport(PoolSettings settings, LeaseDesk desk, SessionReports? sessions)
{
    private const int MaxHolders = 5;
    private const string CrowdAdvice = " Try again later, return connections sooner, or raise MaxSize if the database has room.";
    private static readonly TimeSpan SharedFor = TimeSpan.FromMilliseconds(5);

    private readonly object _gate = new();
    private Look? _last;

    /// <summary>Gets how often the pool was read.</summary>
    internal int Looks { get; private set; }

    internal PoolTimeoutException TimedOut(TimeSpan timeout, TimeSpan waited, string? lane = null)
    {
        var look = Read();

        // Timers are late on a starved machine, and a connection may come before them, so the message contains the real
        // wait.
        var late = waited - timeout >= TimeSpan.FromMilliseconds(100) ? Text($" (it waited {waited.TotalSeconds:0.###} s)") : "";
        var message = Text($"Pool '{settings.Name}' had no connection{(lane is null ? "" : $" for lane '{lane}'")} within {timeout.TotalSeconds:0.###} s{late}: {look.WhyNone}{(look.Advice.Length == 0 ? "" : desk.DescribeBound(lane) ?? look.Advice)}");
        return new PoolTimeoutException(settings.Name, timeout, waited, look.Counts, look.Time, look.Holders, look.Failure, message) { Lane = lane };
    }

    /// <summary>
    /// Returns the exception for a dedicated connection, which takes no slot and waits for the budget alone.
    /// </summary>
    internal PoolTimeoutException DedicatedTimedOut(TimeSpan timeout, TimeSpan waited)
    {
        var look = Look.Of(settings, desk, sessions, isOutside: true);
        var message = Text($"Pool '{settings.Name}' had no dedicated connection within {timeout.TotalSeconds:0.###} s: {look.WhyNone}{look.Advice}");
        return new PoolTimeoutException(settings.Name, timeout, waited, look.Counts, look.Time, look.Holders, look.Failure, message);
    }

    internal PoolOverloadedException Overloaded(string reason, string? lane = null)
    {
        var look = Read();
        var message = Text($"Pool '{settings.Name}' rejected the caller{(lane is null ? "" : $" of lane '{lane}'")}: {reason}; {look.Crowd}{desk.DescribeBound(lane) ?? CrowdAdvice}");
#pragma warning disable CA5394 // Spreads load; guessing it gains nothing.
        var spread = 1 + Random.Shared.NextDouble();
#pragma warning restore CA5394
        return new PoolOverloadedException(settings.Name, look.Counts, look.Time, look.Holders, message)
        {
            Lane = lane,
            RetryAfter = desk.EstimateWait(lane) * spread,
        };
    }

    private static (IReadOnlyList<LeaseHolder> Longest, bool AreHeldByLocks) ReadHolders(LeaseDesk desk, SessionReport? report)
    {
        var holders = new List<LeaseHolder>();
        foreach (var slot in desk.Slots.All)
        {
            if (slot.GetLeaseInfo(desk.Clock) is { } lease)
            {
                holders.Add(new LeaseHolder(lease.SlotId, lease.Age, lease.CallSite, lease.IsEnlisted, report?.Leases.GetValueOrDefault((lease.SlotId, lease.Number))));
            }
        }

        return (
            [.. holders.OrderByDescending(static holder => holder.Age).Take(MaxHolders)],
            SessionActivity.AreHeldByLocks(holders.Select(static holder => holder.Session)));
    }

    private Look Read()
    {
        lock (_gate)
        {
            var last = _last;
            if (last is null || settings.Clock.Elapsed - last.At >= SharedFor || !ReferenceEquals(last.Failure, desk.Meters.LastOpenFailure) || last.Attention != desk.Attention)
            {
                Looks++;
                _last = last = Look.Of(settings, desk, sessions);
            }

            return last;
        }
    }

    private static string AdviceFor(in PoolCounts counts) => counts is { Leased: 0, Idle: 0, Opening: > 0 }
        ? " No connection is held, and opens take too long. Check that the server answers, or raise AcquireTimeout."
        : " Return connections sooner, look for a holder that never returns, or raise MaxSize.";

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>The pool at one moment.</summary>
    private sealed record Look
    {
        /// <summary>Gets the time on the pool's clock, after everything was read.</summary>
        internal required TimeSpan At { get; init; }

        internal required DateTimeOffset Time { get; init; }

        internal required int Attention { get; init; }

        internal required PoolCounts Counts { get; init; }

        internal required IReadOnlyList<LeaseHolder> Holders { get; init; }

        internal required OpenFailure? Failure { get; init; }

        internal required string WhyNone { get; init; }

        /// <summary>Gets what to do about it, unless the reason says so or the caller's lane is the reason.</summary>
        internal required string Advice { get; init; }

        internal required string Crowd { get; init; }

        internal static Look Of(PoolSettings settings, LeaseDesk desk, SessionReports? sessions, bool isOutside = false)
        {
            var time = settings.Clock.UtcNow;
            var attention = desk.Attention;
            var failure = desk.Meters.LastOpenFailure;
            var counts = desk.Count();
            var report = sessions?.Read(settings.Clock.Elapsed);
            var (holders, areHeldByLocks) = ReadHolders(desk, report);
            var crowd = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{counts}, at {time:HH:mm:ss.fff} UTC.");
            if (desk.DescribeLanes() is { } lanes)
            {
                crowd.Append(" Lanes: ").Append(lanes).Append('.');
            }

            var why = new StringBuilder().Append(crowd);
            if (attention.HasAny(Leasing.Attention.Suspended))
            {
                why.Append(" The pool is suspended: no connection can be rented until Resume is called.");
            }

            if (desk.GetCircuitStatus() is { State: not CircuitState.Closed } circuit)
            {
                why.Append(CultureInfo.InvariantCulture, $" The circuit has been open since {Readable.Moment(circuit.StateChangedAt)}.");
            }

            if (holders.Count > 0)
            {
                why.Append(" Held longest by ").AppendJoin("; ", holders).Append('.');
                crowd.Append(" Held longest by ").AppendJoin("; ", holders).Append('.');
            }

            if (report is not null && (report.Limitation is not null || holders.Any(static holder => holder.Session is not null)))
            {
                var server = Text($" The server was queried at {report.Time:HH:mm:ss.fff} UTC{(report.Limitation is null ? "" : $": {report.Limitation}")}.");
                why.Append(server);
                crowd.Append(server);
            }

            var budget = isOutside || desk.WaitsForBudget ? settings.Budget : null;
            if (budget is not null)
            {
                why.Append(CultureInfo.InvariantCulture, $" The pool waits for its budget: {budget}; this pool has {desk.Share!.Held} of them{budget.DescribeOthers(desk.Share!)}.");
            }

            if (failure is not null)
            {
                why.Append(CultureInfo.InvariantCulture, $" The last open failed at {Readable.Moment(failure.Time)} ({failure.Kind}): {failure.Exception.Message}");
            }
            else if (budget is not null)
            {
                why.Append(" Return connections sooner, in this pool and the others, raise the budget if the database has room, or give this pool a GuaranteedSize.");
            }
            else if (areHeldByLocks)
            {
                why.Append(" Make the transaction that keeps the lock shorter.");
            }

            return new Look
            {
                At = settings.Clock.Elapsed,
                Time = time,
                Attention = attention,
                Counts = counts,
                Holders = holders,
                Failure = failure,
                WhyNone = why.ToString(),
                Advice = failure is null && budget is null && !areHeldByLocks && !attention.HasAny(Leasing.Attention.Suspended) ? AdviceFor(counts) : "",
                Crowd = crowd.ToString(),
            };
        }
    }
}
