using System.Globalization;
using Cenote.Budgets;
using Cenote.Telemetry;

namespace Cenote;

/// <summary>
/// A maximum number of connections that any number of pools of this process have together. Set it in the
/// <see cref="ConnectionPoolOptions.Budget"/> of each pool. Thread-safe.
/// </summary>
/// <remarks>
/// Each pool has a guaranteed part (<see cref="ConnectionPoolOptions.GuaranteedSize"/>), which is kept free for it. The
/// rest goes to the pools whose callers wait. Where nothing is free, an idle connection of another pool is closed, the
/// longest idle first. Where none is idle, pools with more connections than a waiting pool give one up as it is
/// returned. Callers of one pool are served in their order. A pool takes no part in a budget while it has an idle
/// connection for its callers.
/// </remarks>
public sealed class ConnectionBudget
{
    private const int LargestBudget = 100_000;
    private const int MostPoolsNamed = 3;

    /// <summary>Creates a budget.</summary>
    /// <param name="name">The name in logs, metrics and exceptions: 1 to 200 printable characters.</param>
    /// <param name="maxConnections">The maximum number of connections of all pools: 1 to 100,000. Leave some of the
    /// server's own limit to administrators and other programs.</param>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public ConnectionBudget(string name, int maxConnections)
        : this(name, maxConnections, limit: null) => ThrowIfOutOfRange(maxConnections);

    /// <summary>Creates the part of a budget that several instances share. Another package sets the size.</summary>
    internal ConnectionBudget(string name, IPermitLimit limit)
        : this(name, 0, limit)
    {
    }

    private ConnectionBudget(string name, int maxConnections, IPermitLimit? limit)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (OptionProblems.NameProblem(name) is { } problem)
        {
            throw new ArgumentException($"A budget's name is 1 to {OptionProblems.LongestName} printable characters; this one {problem}.", nameof(name));
        }

        Name = name;
        Ledger = new PermitLedger(maxConnections, limit);
        BudgetMetrics.Add(this);
    }

    /// <summary>Gets the name in logs, metrics and exceptions.</summary>
    public string Name { get; }

    /// <summary>Gets the maximum number of connections of all pools.</summary>
    public int MaxConnections => Ledger.Size;

    internal PermitLedger Ledger { get; }

    /// <summary>
    /// Changes the maximum number of connections. Where more are open, idle ones are closed at once and others as they
    /// are returned. No lease is ended.
    /// </summary>
    /// <param name="maxConnections">The new number, 1 to 100,000, and no less than the pools are guaranteed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range, or less than the guaranteed sizes of
    /// the pools, which the message lists.</exception>
    /// <exception cref="InvalidOperationException">The budget is shared between instances, which set its
    /// size.</exception>
    public void Resize(int maxConnections)
    {
        if (Ledger.IsShared)
        {
            throw new InvalidOperationException($"Budget '{Name}' cannot be resized, because the instances that share it set its size. Change MaxConnections of the shared budget in all instances.");
        }

        ThrowIfOutOfRange(maxConnections);
        if (!Ledger.TryResize(maxConnections))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxConnections),
                maxConnections,
                $"Budget '{Name}' cannot be resized to {maxConnections}: {DescribeGuarantees()}. Lower GuaranteedSize or MinSize of the pools first.");
        }
    }

    /// <summary>Gets a consistent snapshot of the budget's numbers.</summary>
    public ConnectionBudgetStatistics GetStatistics() => Ledger.Read(view => new ConnectionBudgetStatistics
    {
        Name = Name,
        MaxConnections = view.Size,
        Connections = view.Used,
        MostConnections = view.MostUsed,
        GuaranteedConnections = view.Guaranteed,
        Pools = view.Shares.Count,
        WaitingPools = view.WaitingPools,
        WantedConnections = view.Wanted,
        Waits = view.Waits,
        Reclaimed = view.Reclaimed,
    });

    /// <summary>Gets the shares of the pools, ordered by pool name.</summary>
    public IReadOnlyList<BudgetShareInfo> GetShares() =>
    [
        .. Ledger.Read(static view => view.Shares.Select(static share => new BudgetShareInfo
        {
            PoolName = share.Pool.Name,
            Connections = share.Held,
            GuaranteedSize = share.Guaranteed,
            WantedConnections = share.AllWanted,
            IdleConnections = share.Pool.CountIdle(),
            Waits = share.Waits,
        }).ToList()).OrderBy(static share => share.PoolName, StringComparer.Ordinal),
    ];

    /// <summary>Returns the name, and how many of the connections are in use.</summary>
    public override string ToString() => GetStatistics().ToString();

    /// <summary>
    /// Gets how many connections the pools would use now if there were enough: those in use and the waiting callers, or
    /// the guaranteed ones if those are more.
    /// </summary>
    internal int CountWanted() => Ledger.CountWanted();

    /// <summary>Returns what the other pools have, at most three of them, as the end of a list.</summary>
    internal string DescribeOthers(BudgetShare own)
    {
        var largest = Ledger.Read(view => view.Holders.Where(share => share != own).OrderByDescending(static share => share.Held).Take(MostPoolsNamed)
            .Select(static share => FormattableString.Invariant($", '{share.Pool.Name}' has {share.Held}")).ToList());
        return string.Concat(largest);
    }

    /// <summary>Returns the sentence about a pool whose guaranteed size does not fit.</summary>
    internal string DescribeExcess(int guaranteed) =>
        string.Create(CultureInfo.InvariantCulture, $"Budget '{Name}' has no room for the guaranteed size of this pool, which is {guaranteed} (the larger of GuaranteedSize and MinSize): {DescribeGuarantees()}. Lower the guaranteed sizes, or raise the budget.");

    private string DescribeGuarantees()
    {
        var guarantees = GetShares().Where(static share => share.GuaranteedSize > 0).Select(static share => FormattableString.Invariant($"'{share.PoolName}' {share.GuaranteedSize}")).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"it has {Ledger.Guaranteeable} connections, and guarantees {GetStatistics().GuaranteedConnections} of them to its pools ({(guarantees.Count == 0 ? "none" : string.Join(", ", guarantees))})");
    }

    private static void ThrowIfOutOfRange(int maxConnections)
    {
        if (maxConnections is < 1 or > LargestBudget)
        {
            throw new ArgumentOutOfRangeException(nameof(maxConnections), maxConnections, $"The maximum number of connections is out of range. Use 1 to {LargestBudget:N0}.");
        }
    }
}
