namespace Cenote.Tests.Sizing.Simulation;

/// <summary>A server, its load, and what changes with time.</summary>
internal sealed record SizingScenario
{
    public required string Name { get; init; }

    public string Kind { get; init; } = "";

    /// <summary>Gets the number of statements at once at which throughput peaks.</summary>
    public int Knee { get; init; }

    public required int Seed { get; init; }

    /// <summary>Gets the work that the server does in a second with so many statements in progress.</summary>
    public required Func<int, int, double> Rate { get; init; }

    /// <summary>Gets the work of one statement, as the time that it takes alone.</summary>
    public required Func<Random, double> Work { get; init; }

    /// <summary>Gets the number of clients in a second.</summary>
    public Func<int, int> Clients { get; init; } = static _ => 1000;

    /// <summary>Gets the second from which on the policy must have found the size.</summary>
    public int JudgedFrom { get; init; } = 60;

    public int Seconds { get; init; } = 120;

    /// <summary>A knee: so many statements at once run at full speed, and more share it.</summary>
    public static Func<int, int, double> SharpKnee(double knee) => (_, active) => Math.Min(active, knee);

    /// <summary>
    /// The Universal Scalability Law (Gunther 1993): throughput falls behind with contention, and falls with crosstalk.
    /// </summary>
    public static Func<int, int, double> Law(double contention, double crosstalk) => (_, active) =>
        active / (1 + (contention * (active - 1)) + (crosstalk * active * (active - 1)));

    public static Func<Random, double> Exponential(double mean) => random => -mean * Math.Log(1 - random.NextDouble());

    /// <summary>One in twenty takes twenty times as long as the others.</summary>
    public static Func<Random, double> SlowAndFast(double mean) => random =>
        -mean / 1.95 * Math.Log(1 - random.NextDouble()) * (random.Next(20) == 0 ? 20 : 1);
}
