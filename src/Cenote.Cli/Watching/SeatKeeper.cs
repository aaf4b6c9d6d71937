using System.Text.Json;

namespace Cenote.Cli.Watching;

/// <summary>Confirms to the dashboard at intervals that its stream is read.</summary>
internal sealed class SeatKeeper(DashboardClient client, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private string? _seat;
    private long _confirmed;

    /// <param name="json">The event with the id of the place; older dashboards do not send it.</param>
    public void Take(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            _seat = document.RootElement.TryGetProperty("id", out var id) ? id.GetString() : null;
            _confirmed = clock.GetTimestamp();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            _seat = null;
        }
    }

    /// <summary>Confirms the seat when the interval has passed. Call it with each event.</summary>
    public void Confirm()
    {
        if (_seat is { } seat && clock.GetElapsedTime(_confirmed) >= Interval)
        {
            _confirmed = clock.GetTimestamp();
            _ = client.ConfirmSeatAsync(seat);
        }
    }
}
