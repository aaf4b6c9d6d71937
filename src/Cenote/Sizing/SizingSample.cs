namespace Cenote.Sizing;

/// <summary>What a pool of one size did in the seconds in which callers used all of it.</summary>
/// <param name="Size">The size.</param>
/// <param name="Leases">The leases that began.</param>
/// <param name="Seconds">The time.</param>
/// <param name="Measured">The leases of known duration.</param>
/// <param name="LeaseSeconds">Their durations together.</param>
internal readonly record struct SizingSample(int Size, double Leases, double Seconds, double Measured, double LeaseSeconds)
{
    /// <summary>Gets the leases a second.</summary>
    internal double Rate => Leases / Seconds;

    /// <summary>
    /// Gets the mean duration of a lease in seconds: as measured, or by Little's law, because all connections are in
    /// use.
    /// </summary>
    internal double Latency => Measured > 0 ? LeaseSeconds / Measured : Size / Rate;

    /// <summary>Returns this sample and another one of the same load together, with the size of this one.</summary>
    internal SizingSample With(in SizingSample other) =>
        new(Size, Leases + other.Leases, Seconds + other.Seconds, Measured + other.Measured, LeaseSeconds + other.LeaseSeconds);

    /// <summary>Returns the same with less weight against what comes later.</summary>
    internal SizingSample Weigh(double weight) => new(Size, Leases * weight, Seconds * weight, Measured * weight, LeaseSeconds * weight);

    /// <summary>Returns the numbers as evidence.</summary>
    public override string ToString() => FormattableString.Invariant($"{Size} connections served {Rate:0.#} leases/s of {Latency * 1000:0.##} ms");
}
