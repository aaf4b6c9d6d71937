namespace Cenote;

/// <summary>The numbers of an instance's part of a shared budget.</summary>
public sealed class SharedBudgetStatistics
{
    internal SharedBudgetStatistics()
    {
    }

    /// <summary>Gets the name of the budget.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>
    /// Gets the name of this instance, which the server shows at the end of the name of the application.
    /// </summary>
    public string Instance { get; internal init; } = "";

    /// <summary>Gets what decides about the connections of this instance.</summary>
    public SharedBudgetState State { get; internal init; }

    /// <summary>Gets the maximum number of connections of all instances.</summary>
    public int MaxConnections { get; internal init; }

    /// <summary>Gets the number of connections that this instance may have now, with its own for the budget.</summary>
    public int Granted { get; internal init; }

    /// <summary>Gets the number of connections that it keeps without Redis or the database; 0 if more instances exist
    /// than were declared.</summary>
    public int Guaranteed { get; internal init; }

    /// <summary>Gets the number of connections that its pools have.</summary>
    public int Connections { get; internal init; }

    /// <summary>Gets the number of connections that it would use.</summary>
    public int Demand { get; internal init; }

    /// <summary>Gets the number of instances with a valid grant.</summary>
    public int LiveInstances { get; internal init; }

    /// <summary>Gets the number of instances whose grant is over, and whose connections may still be open.</summary>
    public int ExpiredInstances { get; internal init; }

    /// <summary>Gets how often the grant was renewed.</summary>
    public long Renewals { get; internal init; }

    /// <summary>Gets how often a renewal failed.</summary>
    public long FailedRenewals { get; internal init; }

    /// <summary>Gets the number of sessions of other instances that this one has ended.</summary>
    public long EndedSessions { get; internal init; }

    /// <summary>Gets the kind of the last failure, until a renewal succeeds; <see langword="null"/> for none.</summary>
    public string? LastFailure { get; internal init; }

    /// <summary>Returns the numbers of connections and instances as text.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"shared budget '{Name}', instance {Instance}: {State}, {Granted} of {MaxConnections} connections granted, {Demand} wanted; {LiveInstances} instances live, {ExpiredInstances} expired");
}
