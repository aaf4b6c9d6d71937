namespace Cenote;

/// <summary>What decides about the connections of an instance.</summary>
public enum SharedBudgetState
{
    /// <summary>The first grant has not come. The instance has no connection.</summary>
    Starting,

    /// <summary>The instance has a valid grant.</summary>
    Granted,

    /// <summary>
    /// Redis or the database has not answered for too long. The instance has its guaranteed connections only.
    /// </summary>
    Alone,
}
