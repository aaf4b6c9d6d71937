namespace Cenote;

/// <summary>The exception for a name that a registry has no pool for.</summary>
public sealed class PoolNotFoundException : PoolException
{
    internal PoolNotFoundException(string poolName, IReadOnlyList<string> registeredNames)
        : base(poolName, Describe(poolName, registeredNames), innerException: null)
    {
        RegisteredNames = registeredNames;
        HelpLink = Help.Link("troubleshooting.md", "pool-not-found");
    }

    /// <summary>Gets the names that were registered, in order.</summary>
    public IReadOnlyList<string> RegisteredNames { get; }

    private static string Describe(string poolName, IReadOnlyList<string> names) =>
        names.Count == 0
            ? $"No pool is registered as '{poolName}': the registry is empty. Register the pool before its first use."
            : $"No pool is registered as '{poolName}'. Registered: {string.Join(", ", names.Take(20).Select(name => $"'{name}'"))}"
                + $"{(names.Count > 20 ? $" and {names.Count - 20} more" : "")}. Names are case-sensitive.";
}
