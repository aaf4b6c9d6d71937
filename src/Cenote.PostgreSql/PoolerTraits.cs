namespace Cenote.PostgreSql;

/// <summary>
/// The detected traits of a pooler before the server, for the connections of one pool. Thread-safe, because every
/// member is set once and never reset.
/// </summary>
internal sealed class PoolerTraits
{
    private static readonly object WithoutOptions = new();

    private volatile bool _sharesSessions;
    private volatile bool _hidesProcesses;
    private volatile bool _refusesOptions;

    /// <summary>Gets or sets whether statements of one connection reach several sessions of the server.</summary>
    internal bool SharesSessions
    {
        get => _sharesSessions;
        set => _sharesSessions = value;
    }

    /// <summary>
    /// Gets or sets whether a login named the process of the server, as without a pooler, and another one answered
    /// later.
    /// </summary>
    internal bool HidesProcesses
    {
        get => _hidesProcesses;
        set => _hidesProcesses = value;
    }

    /// <summary>Gets whether a connection with start-up options is rejected.</summary>
    internal bool RefusesOptions => _refusesOptions;

    /// <summary>Marks a failure: the connection was attempted without the pool's own start-up option.</summary>
    internal static void MarkWithoutOptions(Exception exception) => exception.Data[WithoutOptions] = true;

    /// <summary>Records a rejected connection.</summary>
    /// <returns>
    /// Whether the next attempt omits the rejected option. Not when this attempt already omitted it, because another
    /// option is then rejected.
    /// </returns>
    internal bool Learn(Exception exception)
    {
        if (exception.Data.Contains(WithoutOptions))
        {
            return false;
        }

        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is PostgresException error)
            {
                return ConnectRecommendations.RefusedParameter(error) is "options" && (_refusesOptions = true);
            }
        }

        return false;
    }
}
