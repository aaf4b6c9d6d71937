namespace Cenote.Tests.Sizing.Simulation;

/// <summary>
/// A day of a business application: a quiet night, two waves with the day's work, and bursts, of which some come at the
/// full hour and the others at any time. The same for every pool, by its seed.
/// </summary>
internal static class RecordedDay
{
    public static readonly TimeSpan Length = TimeSpan.FromDays(1);

    /// <summary>An open over the network, with TLS and a login.</summary>
    public static readonly TimeSpan Open = TimeSpan.FromMilliseconds(50);

    private const double UseSeconds = 0.6;
    private const int Bursts = 40;
    private const int BurstSize = 50;

    public static SimulatedPool Play(Action<ConnectionPoolOptions> configure)
    {
        var time = new VirtualTime();
        var pool = new SimulatedPool(time, configure, Open);
        var random = new Random(42);
        void Arrive()
        {
            pool.Come(() => Exponential(random, UseSeconds));
            time.Schedule(Exponential(random, 1 / RateAt(time.Now)), Arrive);
        }

        time.Schedule(TimeSpan.FromSeconds(2), Arrive);
        var bursts = new Random(43);
        for (var burst = 0; burst < Bursts; burst++)
        {
            var at = burst % 2 == 0 ? TimeSpan.FromHours(burst / 2) : TimeSpan.FromDays(bursts.NextDouble());
            var spread = 0.1 + bursts.NextDouble();
            for (var caller = 0; caller < BurstSize; caller++)
            {
                var use = Exponential(bursts, UseSeconds);
                time.Schedule(at + TimeSpan.FromSeconds(5 + (spread * bursts.NextDouble())), () => pool.Come(() => use));
            }
        }

        time.RunUntil(Length);
        return pool;
    }

    /// <summary>Arrivals a second: 0.2 at night, up to 10 in the waves around 11 and 16 o'clock.</summary>
    private static double RateAt(TimeSpan now) => 0.2 + (10 * (Wave(now.TotalHours, 11) + (0.7 * Wave(now.TotalHours, 16))));

    private static double Wave(double hour, double peak) => Math.Exp(-Math.Pow(hour - peak, 2) / 4);

    private static TimeSpan Exponential(Random random, double mean) => TimeSpan.FromSeconds(-mean * Math.Log(1 - random.NextDouble()));
}
