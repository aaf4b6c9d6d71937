namespace Cenote;

/// <summary>The settings of the statistics about statements of <see cref="PooledConnection"/>s.</summary>
public sealed class StatementStatisticsOptions
{
    /// <summary>Initializes settings with their default values.</summary>
    public StatementStatisticsOptions()
    {
    }

    internal StatementStatisticsOptions(StatementStatisticsOptions other) =>
        MaxStatements = other.MaxStatements;

    /// <summary>
    /// Gets or sets the maximum number of statement texts that are counted separately. Beyond it, the statements with
    /// the least total time are counted together.
    /// </summary>
    /// <value>Default 200. Each takes 4 KB of counts and up to eight original texts of at most 4,000 characters. Range
    /// 1 to 10,000.</value>
    public int MaxStatements { get; set; } = 200;
}
