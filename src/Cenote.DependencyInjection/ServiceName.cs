using Microsoft.Extensions.DependencyInjection;

namespace Cenote.DependencyInjection;

/// <summary>The names of pools and sets: keys of services and sections of the configuration.</summary>
internal static class ServiceName
{
    /// <exception cref="ArgumentException">The name cannot be one.</exception>
    internal static void ThrowIfInvalid(string name, string what)
    {
        ArgumentNullException.ThrowIfNull(name);
        var problem = name.Length is 0 or > 200 ? FormattableString.Invariant($"has {name.Length} characters")
            : name.Contains(':', StringComparison.Ordinal) ? "contains a colon, which separates keys in the configuration"
            : PrintableText.FindFault(name) is { } fault ? $"contains {fault}"
            : null;
        if (problem is not null)
        {
            throw new ArgumentException($"The name of a {what} {problem}. Give it 1 to 200 printable characters without a colon.", nameof(name));
        }
    }

    /// <summary>
    /// Throws if a pool or a set has the name, because both are services with that key, and read its connection
    /// strings.
    /// </summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    internal static void ThrowIfTaken(IServiceCollection services, string name, string what)
    {
        if (services.Any(service => service.ImplementationInstance switch
        {
            PoolRegistration pool => pool.Name.Equals(name, StringComparison.OrdinalIgnoreCase),
            ReplicaSetRegistration set => set.Name.Equals(name, StringComparison.OrdinalIgnoreCase),
            _ => false,
        }))
        {
            throw new ArgumentException($"A pool or replica set named '{name}' is already registered. Give each {what} its own name, which differs in more than case because configuration keys ignore case. One pool may have no name.", nameof(name));
        }
    }
}
