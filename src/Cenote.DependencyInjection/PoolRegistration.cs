namespace Cenote.DependencyInjection;

/// <summary>A call of AddConnectionPool.</summary>
internal sealed class PoolRegistration
{
    internal PoolRegistration(string name, Action<IServiceProvider, ConnectionPoolBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        var problem = name.Length is 0 or > 200 ? FormattableString.Invariant($"has {name.Length} characters")
            : name.Contains(':', StringComparison.Ordinal) ? "contains a colon, which separates keys in the configuration"
            : PrintableText.FindFault(name) is { } fault ? $"contains {fault}"
            : null;
        if (problem is not null)
        {
            throw new ArgumentException($"The name of a pool {problem}. Give it 1 to 200 printable characters without a colon.", nameof(name));
        }

        Name = name;
        Configure = configure;
    }

    internal string Name { get; }

    internal Action<IServiceProvider, ConnectionPoolBuilder> Configure { get; }
}
