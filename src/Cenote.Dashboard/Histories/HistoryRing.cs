namespace Cenote.Dashboard.Histories;

/// <summary>
/// The last steps of one length. Grows up to its capacity, then forgets the oldest. Not thread-safe:
/// <see cref="PoolHistory"/> locks.
/// </summary>
/// <param name="stepSeconds">The length of a step.</param>
/// <param name="capacity">How many steps are kept.</param>
internal sealed class HistoryRing(int stepSeconds, int capacity)
{
    private const int Growth = 60;

    private static readonly CloseReason[] Reasons = Enum.GetValues<CloseReason>();

    private readonly StepBuilder _current = new();

    // Closes a second beside each step. A pool knows a few reasons only: room for one is made when it first occurs.
    private readonly Half[]?[] _closed = new Half[]?[Reasons.Length];
    private HistoryStep[] _steps = [];
    private int _count;
    private int _next;
    private long _currentStep = -1;

    internal int StepSeconds => stepSeconds;

    /// <summary>How far back it goes when it is full.</summary>
    internal int Seconds => stepSeconds * capacity;

    /// <param name="second">Seconds since the sampling began.</param>
    /// <param name="before">The reading before; <see langword="null"/> for the first of a pool.</param>
    /// <param name="reading">The reading now.</param>
    /// <param name="elapsed">Seconds between the two.</param>
    internal void Add(long second, Reading? before, Reading reading, double elapsed)
    {
        var step = second / stepSeconds;
        if (step != _currentStep)
        {
            if (!_current.IsEmpty)
            {
                Keep();
            }

            _currentStep = step;
            _current.Begin(before);
        }

        _current.Add(reading, elapsed);
    }

    /// <summary>
    /// What is known of the steps that end with the one of a second: fewer than asked for where nothing was measured.
    /// </summary>
    internal IEnumerable<MeasuredStep> Read(long second, int steps)
    {
        var last = second / stepSeconds;
        for (var i = 0; i < _count; i++)
        {
            // The oldest is where the next will go, once the ring is full.
            var place = _count < capacity ? i : (_next + i) % capacity;
            if (_steps[place].Number > last - steps && _steps[place].Number <= last)
            {
                yield return new MeasuredStep(_steps[place], reason => _closed[(int)reason] is { } closed ? (double)closed[place] : 0);
            }
        }

        if (!_current.IsEmpty && _currentStep > last - steps && _currentStep <= last)
        {
            yield return new MeasuredStep(_current.Build((int)_currentStep), _current.ClosedPerSecond);
        }
    }

    /// <summary>Writes down the step that is over.</summary>
    private void Keep()
    {
        if (_next == _steps.Length)
        {
            Grow();
        }

        _steps[_next] = _current.Build((int)_currentStep);
        foreach (var reason in Reasons)
        {
            var rate = (Half)_current.ClosedPerSecond(reason);
            if (_closed[(int)reason] is null && rate != Half.Zero)
            {
                _closed[(int)reason] = new Half[_steps.Length];
            }

            if (_closed[(int)reason] is { } closed)
            {
                closed[_next] = rate;
            }
        }

        _count = Math.Max(_count, _next + 1);
        _next = (_next + 1) % capacity;
    }

    private void Grow()
    {
        var length = Math.Min(capacity, _steps.Length + Growth);
        Array.Resize(ref _steps, length);
        for (var i = 0; i < _closed.Length; i++)
        {
            if (_closed[i] is not null)
            {
                Array.Resize(ref _closed[i], length);
            }
        }
    }
}
