using Cenote.SharedBudget.Grants;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Cenote;

/// <summary>
/// The settings of a budget that several instances share. All instances must have the same, apart from
/// <see cref="LoggerFactory"/> and the objects that connect.
/// </summary>
public sealed class SharedBudgetOptions
{
    private const int LargestBudget = 100_000;

    /// <summary>Gets or sets the name, which is the same in all instances.</summary>
    /// <value>Required. 1 to 200 printable characters. Budgets of one name in different stores are different
    /// budgets.</value>
    public string? Name { get; set; }

    /// <summary>Gets or sets the maximum number of connections of all instances together, with one of each instance's
    /// own for the budget.</summary>
    /// <value>Required. Range 1 to 100,000. Leave some of the server's own limit to administrators.</value>
    public int MaxConnections { get; set; }

    /// <summary>
    /// Gets or sets the largest number of instances that exist at once, including instances that start before others
    /// end. Their guaranteed connections are kept for them, also before they come.
    /// </summary>
    /// <value>Required. Range 1 to 10,000.</value>
    public int Instances { get; set; }

    /// <summary>
    /// Gets or sets the number of connections that an instance always has, also without Redis. It includes the one for
    /// the budget itself. The sum over <see cref="Instances"/> must fit.
    /// </summary>
    /// <value>Default <see langword="null"/>: half of an equal part, at least 2. Range 2 to
    /// <see cref="MaxConnections"/>.</value>
    public int? GuaranteedConnections { get; set; }

    /// <summary>Gets or sets the database whose connections are shared: the same server in all instances.</summary>
    /// <value>Required.</value>
    public BudgetDatabase? Database { get; set; }

    /// <summary>Gets or sets the Redis that keeps the grants. The caller disposes of it after the budget.</summary>
    /// <value>Default <see langword="null"/>: the table <c>cenote_budgets</c> of the <see cref="Database"/>, which is
    /// created where it does not exist.</value>
    public IConnectionMultiplexer? Redis { get; set; }

    /// <summary>
    /// Gets or sets how long a grant is valid without a renewal. The connections of an instance that ended are free for
    /// others after this time.
    /// </summary>
    /// <value>Default 1.2 s. Range 500 ms to 1 minute, and at least four times <see cref="RenewalInterval"/>.</value>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromMilliseconds(1200);

    /// <summary>Gets or sets the time between two renewals.</summary>
    /// <value>Default 250 ms. Range 50 ms to 15 s.</value>
    public TimeSpan RenewalInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets or sets how long an instance that starts waits where more than <see cref="Instances"/> exist and
    /// nothing is free.</summary>
    /// <value>Default 40 s, because the place of a killed instance is free after at least 30 s. Range 0 to 10
    /// minutes.</value>
    /// <remarks>It waits as long for a database that does not answer while Redis does, but 15 s at most.</remarks>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(40);

    /// <summary>
    /// Gets or sets whether idle sessions of an instance whose grant is over are ended at the server, beyond its
    /// guaranteed ones, where others want more connections than there are. Otherwise they stay taken until they end.
    /// </summary>
    /// <value>Default <see langword="false"/>, because it may hit an instance that was about to renew, or is cut off
    /// from Redis only. PostgreSQL ends no session in a transaction. <b>MariaDB and MySQL may end one that is idle in a
    /// transaction</b>, which is rolled back, the longest idle first: an ordinary user cannot see there which sessions
    /// have a transaction.</value>
    public bool EndsExpiredSessions { get; set; }

    /// <summary>Gets or sets the source of the logger.</summary>
    /// <value>Default <see langword="null"/>: no log.</value>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Gets or sets the clock.</summary>
    /// <value>Default <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal SharedBudgetOptions Copy() => (SharedBudgetOptions)MemberwiseClone();

    /// <summary>Throws if there are problems; lists every one.</summary>
    internal void Validate()
    {
        var problems = new OptionProblems();
        if (Name is null || OptionProblems.NameProblem(Name) is not null)
        {
            problems.Add(Name is null ? "Name is not set. Set the same name in all instances." : $"Name {OptionProblems.NameProblem(Name)}. It must have 1 to {OptionProblems.LongestName} printable characters.");
        }

        problems.FindNumber("MaxConnections", MaxConnections, 1, LargestBudget);
        problems.FindNumber("Instances", Instances, 1, 10_000);
        problems.FindDuration("TimeToLive", TimeToLive, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(1));
        problems.FindDuration("RenewalInterval", RenewalInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(15));
        problems.FindDuration("StartTimeout", StartTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        if (RenewalInterval * 4 > TimeToLive)
        {
            problems.Add($"RenewalInterval is {Readable.Duration(RenewalInterval)}, more than a quarter of TimeToLive, which is {Readable.Duration(TimeToLive)}. Shorten RenewalInterval or lengthen TimeToLive.");
        }

        if (GuaranteedConnections is < 2)
        {
            problems.Add($"GuaranteedConnections is {Number(GuaranteedConnections.Value)}. It must be 2 or more: one is for the budget itself.");
        }

        if (Instances >= 1 && MaxConnections >= 1 && ((long)Instances * Guaranteed) + StartReserve > MaxConnections)
        {
            problems.Add($"{Number(Instances)} instances with {Number(Guaranteed)} guaranteed connections each, and one for an instance that starts, do not fit into MaxConnections, which is {Number(MaxConnections)}. Raise MaxConnections, or lower Instances or GuaranteedConnections.");
        }

        if (Database is null)
        {
            problems.Add("Database is not set. Set BudgetDatabase.PostgreSql or BudgetDatabase.MySql.");
        }
        else if (Database.FindProblem() is { } problem)
        {
            problems.Add(problem);
        }

        if (TimeProvider is null)
        {
            problems.Add("TimeProvider is null. Set TimeProvider.System.");
        }

        problems.ThrowIfAny("options");
    }

    /// <summary>Gets how many opens an instance may have under way: no more than it is guaranteed, without its own
    /// connection.</summary>
    internal int MaxOpening => Math.Clamp(Guaranteed - 1, 1, 4);

    internal GrantSettings ToSettings() => new()
    {
        MaxConnections = MaxConnections,
        Instances = Instances,
        Guaranteed = Guaranteed,
        TimeToLive = (long)TimeToLive.TotalMilliseconds,
        Hidden = MaxOpening + 1,
        StartReserve = StartReserve,
    };

    private int Guaranteed => GuaranteedConnections ?? Math.Max(2, MaxConnections / (2 * Math.Max(1, Instances)));

    // Without Redis an instance asks before it has anything. With Redis it counts before it has anything.
    private static int StartReserve => 1;

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
