namespace Cenote.DependencyInjection;

/// <summary>Where the configuration has what belongs to a pool.</summary>
/// <param name="ConnectionString">The key of the connection string.</param>
/// <param name="Sections">The sections with settings; a later one replaces values of an earlier one.</param>
internal sealed record PoolKeys(string ConnectionString, params IReadOnlyList<string> Sections)
{
    /// <summary>Gets the keys of a pool that is registered by itself.</summary>
    internal static PoolKeys OfPool(string name) =>
        new($"ConnectionStrings:{name}", $"{ConfigurationKeys.Root}:{ConfigurationKeys.Pools}:{name}");

    /// <summary>Gets the keys of the pool of a server in a replica set.</summary>
    internal static PoolKeys OfServer(string set, string server) => new(
        $"ConnectionStrings:{set}:{server}",
        $"{ReplicaSetSection.PathOf(set)}:{ReplicaSetSection.Pools}",
        $"{ReplicaSetSection.PathOf(set)}:{ReplicaSetSection.Servers}:{server}:{ReplicaSetSection.Pool}");

    /// <summary>Gets the section for a setting that is misplaced.</summary>
    internal string Section => Sections[0];
}
