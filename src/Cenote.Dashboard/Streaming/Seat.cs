namespace Cenote.Dashboard.Streaming;

/// <summary>A viewer's place at something that only a limited number may use at once.</summary>
internal sealed class Seat : IDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private readonly Seats _seats;

    internal Seat(Seats seats, string viewer)
    {
        (_seats, Viewer) = (seats, viewer);
        Lost = _lost.Token;
    }

    /// <summary>Cannot be guessed.</summary>
    internal string Id { get; } = Guid.NewGuid().ToString("N");

    internal string Viewer { get; }

    /// <summary>Cancelled when another viewer has taken the place.</summary>
    internal CancellationToken Lost { get; }

    /// <summary>The timestamp of the viewer's last sign of reading.</summary>
    internal long SeenAt { get; set; }

    /// <summary>The viewer has read something.</summary>
    internal void Confirm() => _seats.Confirm(this);

    public void Dispose()
    {
        _seats.Leave(this);
        _lost.Dispose();
    }

    /// <summary>To be called by <see cref="Seats"/> alone, for a seat that has been taken out.</summary>
    internal void Lose()
    {
        try
        {
            _lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The viewer has left at this moment.
        }
    }
}
