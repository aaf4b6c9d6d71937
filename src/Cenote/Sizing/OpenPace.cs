namespace Cenote.Sizing;

/// <summary>
/// The number of opens at once: it halves with each failed attempt and doubles with each success, up to the configured
/// maximum. Guarded by the lock of the lease desk.
/// </summary>
internal sealed class OpenPace
{
    /// <summary>The maximum for connections that no caller waits for, so that a start storms no server.</summary>
    private const int MostWithoutCaller = 16;

    /// <summary>The number that failures leave, so that one open that hangs does not stop all others.</summary>
    private const int Fewest = 2;

    private readonly int _most;
    private int _limit;

    /// <param name="most">The maximum, for callers that wait.</param>
    internal OpenPace(int most) => _most = _limit = most;

    /// <summary>Returns whether one more open may start.</summary>
    /// <param name="underWay">The number of opens in progress.</param>
    /// <param name="forCaller">Whether a caller waits for it.</param>
    internal bool Allows(int underWay, bool forCaller) => underWay < (forCaller ? _limit : Math.Min(_limit, MostWithoutCaller));

    internal void RecordSuccess() => _limit = (int)Math.Min(_most, 2L * _limit);

    internal void RecordFailure() => _limit = Math.Max(Math.Min(_most, Fewest), _limit / 2);
}
