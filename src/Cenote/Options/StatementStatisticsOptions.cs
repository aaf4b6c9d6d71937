namespace Cenote;

/// <summary>What the pool remembers of the statements that run through its <see cref="PooledConnection"/>s.</summary>
public sealed record StatementStatisticsOptions
{
    /// <summary>
    /// The most texts that are told apart. When there are more, those that took the least time in total are counted
    /// together.
    /// </summary>
    /// <value>Default 200: for each 4 KB of counts, and up to eight texts as they came, none longer than 4,000
    /// characters. Range 1 to 10,000.</value>
    public int MaxStatements { get; init; } = 200;
}
