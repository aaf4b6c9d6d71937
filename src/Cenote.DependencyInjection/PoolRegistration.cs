namespace Cenote.DependencyInjection;

/// <summary>A call of AddConnectionPool.</summary>
internal sealed class PoolRegistration
{
    internal PoolRegistration(string name, Action<IServiceProvider, ConnectionPoolBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        ServiceName.ThrowIfInvalid(name, "pool");
        Name = name;
        Configure = configure;
    }

    internal string Name { get; }

    internal Action<IServiceProvider, ConnectionPoolBuilder> Configure { get; }
}
