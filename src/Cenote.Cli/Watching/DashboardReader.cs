using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cenote.Dashboard.Json;

namespace Cenote.Cli.Watching;

/// <summary>
/// Reads the dashboard's JSON without trusting it: an incomplete one is not an answer of a dashboard.
/// </summary>
internal static class DashboardReader
{
    private static readonly DashboardJson Json = new(new JsonSerializerOptions(DashboardJson.Default.Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = null,
    });

    /// <exception cref="DashboardException">The JSON is not an overview.</exception>
    public static OverviewJson ReadOverview(ReadOnlySpan<byte> json) =>
        Read(json, Json.OverviewJson, overview => overview.Pools.All(IsThere) && overview.ReplicaSets.All(IsThere));

    /// <exception cref="DashboardException">The JSON is not a pool.</exception>
    public static PoolJson ReadPool(ReadOnlySpan<byte> json) =>
        Read(json, Json.PoolJson, pool => pool.Diagnosis.Findings.All(IsThere) && pool.Leases.All(IsThere) && pool.Events.All(IsThere));

    /// <returns><see langword="null"/> when the JSON is not an answer of a dashboard.</returns>
    public static ProblemJson? ReadProblem(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, DashboardJson.Default.ProblemJson);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, Func<T, bool> isWhole)
        where T : class
    {
        try
        {
            if (JsonSerializer.Deserialize(json, type) is { } value && isWhole(value))
            {
                return value;
            }
        }
        catch (JsonException exception)
        {
            throw NoDashboard(exception);
        }

        throw NoDashboard(inner: null);
    }

    private static DashboardException NoDashboard(Exception? inner) =>
        new("The answer is not from a dashboard of this version. Check that URL is the address given to MapCenoteDashboard.", inner);

    // Nullability says nothing of what a list holds.
    private static bool IsThere(object? item) => item is not null;
}
