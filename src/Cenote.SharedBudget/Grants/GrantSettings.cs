namespace Cenote.SharedBudget.Grants;

/// <summary>The settings of a budget that all its instances have in common.</summary>
internal sealed class GrantSettings
{
    internal required int MaxConnections { get; init; }

    /// <summary>Gets how many instances may exist at once.</summary>
    internal required int Instances { get; init; }

    /// <summary>Gets how many connections an instance keeps without the store.</summary>
    internal required int Guaranteed { get; init; }

    /// <summary>Gets how long a grant is valid, in milliseconds.</summary>
    internal required long TimeToLive { get; init; }

    /// <summary>Gets how many sessions an instance may be opening at once.</summary>
    internal int Hidden { get; init; }

    /// <summary>Gets what is kept for the session in which an instance that starts asks the database.</summary>
    internal int StartReserve { get; init; }
}
