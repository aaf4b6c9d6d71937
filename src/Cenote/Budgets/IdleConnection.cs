namespace Cenote.Budgets;

/// <summary>An idle connection of a pool.</summary>
/// <param name="Slot">The number of its slot.</param>
/// <param name="Word">The slot's word, which a rent changes.</param>
/// <param name="Idle">How long it has been idle, to a second.</param>
/// <param name="Seen">The first look that has seen it idle with this word.</param>
internal readonly record struct IdleConnection(int Slot, long Word, TimeSpan Idle, long Seen)
{
    /// <summary>Returns whether it has been idle for longer than another one.</summary>
    internal bool IsBefore(in IdleConnection other) => Idle != other.Idle ? Idle > other.Idle : Seen < other.Seen;
}
