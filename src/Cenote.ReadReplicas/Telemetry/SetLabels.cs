namespace Cenote.ReadReplicas.Telemetry;

/// <summary>The attributes of one measurement.</summary>
internal readonly record struct SetLabels(string Set, string? Server, string? Pool, string? Attribute, string Value)
{
    internal IEnumerable<KeyValuePair<string, object?>> Tags()
    {
        yield return new("cenote.replica_set.name", Set);
        if (Server is not null)
        {
            yield return new("cenote.replica.name", Server);

            // Joins the metrics of the server with those of its pool.
            yield return new(TelemetryTags.PoolName, Pool);
        }

        if (Attribute is not null)
        {
            yield return new(Attribute, Value);
        }
    }
}
