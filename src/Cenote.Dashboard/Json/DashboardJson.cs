using System.Text.Json.Serialization;

namespace Cenote.Dashboard.Json;

/// <summary>
/// Writes and reads the dashboard's JSON, without reflection. The default encoder: what is written is harmless in HTML
/// and scripts, too.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OverviewJson))]
[JsonSerializable(typeof(PoolJson))]
[JsonSerializable(typeof(ReplicaSetJson))]
[JsonSerializable(typeof(HistoryJson))]
[JsonSerializable(typeof(SessionJson))]
[JsonSerializable(typeof(ProblemJson))]
[JsonSerializable(typeof(ActionResultJson))]
internal sealed partial class DashboardJson : JsonSerializerContext;
