using Cenote.Dashboard.Access;
using Microsoft.AspNetCore.Http;

namespace Cenote.Dashboard.Streaming;

/// <summary>
/// Limits how many viewers use something at once, in all and for each of them. A viewer without a sign of reading for a
/// while loses the seat to the next who needs it. Thread-safe.
/// </summary>
/// <remarks>
/// The server cannot see whether a viewer reads. Kestrel buffers 64 KB of unread data, the two systems hundreds
/// more: at one small tick a second, the first write waited after 283 s. So viewers confirm that they read. A silent
/// viewer keeps its seat only while no other viewer needs it.
/// </remarks>
/// <param name="what">The purpose of the seats, in the plural.</param>
/// <param name="most">The total limit.</param>
/// <param name="mostForOne">The limit for each viewer.</param>
/// <param name="recommendation">What a viewer without a seat can do.</param>
/// <param name="time">The clock.</param>
internal sealed class Seats(string what, int most, int mostForOne, string recommendation, TimeProvider time)
{
    /// <summary>The time that a seat is kept without a confirmation.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly object _lock = new();
    private readonly List<Seat> _taken = [];

    /// <exception cref="Refusal">Every seat that the viewer may have is in use.</exception>
    internal Seat Take(string viewer)
    {
        Seat? loser = null;
        var seat = new Seat(this, viewer) { SeenAt = time.GetTimestamp() };
        lock (_lock)
        {
            var isOwnLimit = _taken.Count(taken => taken.Viewer == viewer) >= mostForOne;
            if (isOwnLimit || _taken.Count >= most)
            {
                loser = FindSilent(isOwnLimit ? viewer : null) ?? throw Full(isOwnLimit);
                _taken.Remove(loser);
            }

            _taken.Add(seat);
        }

        loser?.Lose();
        return seat;
    }

    /// <returns>Whether the viewer has this seat.</returns>
    internal bool TryConfirm(string id, string viewer)
    {
        lock (_lock)
        {
            var seat = _taken.Find(taken => taken.Id == id && taken.Viewer == viewer);
            if (seat is not null)
            {
                seat.SeenAt = time.GetTimestamp();
            }

            return seat is not null;
        }
    }

    internal void Confirm(Seat seat)
    {
        lock (_lock)
        {
            seat.SeenAt = time.GetTimestamp();
        }
    }

    internal void Leave(Seat seat)
    {
        lock (_lock)
        {
            _taken.Remove(seat);
        }
    }

    private Seat? FindSilent(string? viewer) => _taken
        .Where(taken => (viewer is null || taken.Viewer == viewer) && time.GetElapsedTime(taken.SeenAt) >= Patience)
        .MinBy(static taken => taken.SeenAt);

    private Refusal Full(bool isOwnLimit) => new(
        StatusCodes.Status503ServiceUnavailable,
        $"Too many {what}.",
        isOwnLimit
            ? FormattableString.Invariant($"{mostForOne} {what} are open for this user or address, which is the limit. {recommendation}")
            : FormattableString.Invariant($"{most} {what} are open, which is the limit. {recommendation}"));
}
