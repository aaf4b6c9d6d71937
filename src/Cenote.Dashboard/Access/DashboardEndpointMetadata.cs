namespace Cenote.Dashboard.Access;

/// <summary>Marks the endpoints of the dashboard.</summary>
internal sealed class DashboardEndpointMetadata
{
    internal static readonly DashboardEndpointMetadata Instance = new();

    private DashboardEndpointMetadata()
    {
    }
}
