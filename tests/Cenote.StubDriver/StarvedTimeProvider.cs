namespace Cenote.StubDriver;

/// <summary>
/// The time of a machine whose thread pool has no thread left: its clock moves, and while <see cref="IsStarved"/> its
/// timers do not fire.
/// </summary>
public sealed class StarvedTimeProvider(TimeProvider inner) : TimeProvider
{
    private volatile bool _isStarved;

    /// <summary>Whether timers are swallowed.</summary>
    public bool IsStarved
    {
        get => _isStarved;
        set => _isStarved = value;
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => inner.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    /// <inheritdoc/>
    public override long GetTimestamp() => inner.GetTimestamp();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        void Call(object? given)
        {
            if (!_isStarved)
            {
                callback(given);
            }
        }

        return inner.CreateTimer(Call, state, dueTime, period);
    }
}
