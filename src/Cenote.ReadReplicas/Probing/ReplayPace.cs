namespace Cenote.ReadReplicas.Probing;

/// <summary>
/// When a server that cannot wait itself is asked again whether it has reached a position. It learns how long waits
/// take, as TCP learns the round-trip time (RFC 6298): questions are rare before the time at which most waits end,
/// follow each other without a pause around it, at most 16 of them, and become rare again after it.
/// </summary>
/// <remarks>Used by one loop.</remarks>
internal sealed class ReplayPace
{
    private const int MaxUnpaused = 16;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(16);

    private TimeSpan? _mean;
    private TimeSpan _deviation;

    /// <summary>A wait has ended, which a first question could not end.</summary>
    internal void Record(TimeSpan wait)
    {
        if (_mean is not { } mean)
        {
            (_mean, _deviation) = (wait, wait / 2);
            return;
        }

        _deviation = (_deviation * 0.75) + ((mean - wait).Duration() * 0.25);
        _mean = (mean * 0.875) + (wait * 0.125);
    }

    /// <summary>Returns the pause before the next question.</summary>
    /// <param name="waited">How long the caller with the earliest position has waited.</param>
    /// <param name="unpaused">The number of questions without a pause for that caller so far.</param>
    internal TimeSpan Next(TimeSpan waited, int unpaused)
    {
        if (_mean is { } mean)
        {
            var margin = (_deviation * 2) + Shortest;
            if (waited < mean - margin)
            {
                // Replicas get faster, too: no wait becomes half as long again for it.
                var rest = mean - margin - waited;
                return Within(rest < waited / 2 ? rest : waited / 2);
            }

            if (waited <= mean + margin && margin < Longest / 2)
            {
                return unpaused < MaxUnpaused ? TimeSpan.Zero : Shortest;
            }
        }

        return Within(waited / 16);
    }

    private static TimeSpan Within(TimeSpan pause) => pause < Shortest ? Shortest : pause < Longest ? pause : Longest;
}
