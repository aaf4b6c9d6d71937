namespace Cenote.Cli.Watching;

/// <summary>
/// Health as a shape, a colour and a rank, as the page has them: colour only repeats what the shape says.
/// </summary>
internal static class HealthLevel
{
    public const int Worst = 3;

    /// <summary>
    /// Returns the rank of a level, higher is worse. An unknown level comes after the levels that are known to be bad.
    /// </summary>
    public static double RankOf(string level) => level switch
    {
        "healthy" => 1,
        "degraded" => 2,
        "unhealthy" => Worst,
        _ => 1.5,
    };

    public static string ShapeOf(string level) => level switch
    {
        "healthy" => "●",
        "degraded" => "▲",
        "unhealthy" => "■",
        _ => "?",
    };

    public static string StyleOf(string level) => level switch
    {
        "healthy" => "green",
        "degraded" => "yellow",
        "unhealthy" => "red bold",
        _ => "default",
    };
}
