using System.Text.Json;

namespace Cenote.Cli.Watching;

/// <summary>Confirms to the dashboard, now and then, that its stream is read.</summary>
internal sealed class SeatKeeper(DashboardClient client, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private string? _seat;
    private long _confirmed;

    /// <param name="json">The event that names the place; older dashboards send none.</param>
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

    /// <summary>To be called with each event.</summary>
    public void Confirm()
    {
        if (_seat is { } seat && clock.GetElapsedTime(_confirmed) >= Interval)
        {
            _confirmed = clock.GetTimestamp();
            _ = client.ConfirmSeatAsync(seat);
        }
    }
}
