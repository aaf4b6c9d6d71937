using Cenote.Providers;
using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>What the connections of one pool have learnt about a pooler between. Thread-safe: every member is set once, and never back.</summary>
internal sealed class PoolerTraits
{
    private volatile bool _sharesSessions;
    private volatile bool _refusesOptions;

    /// <summary>Gets or sets whether statements of one connection reach several sessions of the server.</summary>
    internal bool SharesSessions
    {
        get => _sharesSessions;
        set => _sharesSessions = value;
    }

    /// <summary>Gets whether a connection with start-up options is refused.</summary>
    internal bool RefusesOptions => _refusesOptions;

    /// <summary>Learns from a refused connection.</summary>
    /// <returns>Whether the next attempt leaves out what was refused.</returns>
    internal bool Learn(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is PostgresException error)
            {
                return ConnectAdvice.RefusedParameter(error) is "options" && (_refusesOptions = true);
            }
        }

        return false;
    }
}
