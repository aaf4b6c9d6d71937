namespace Cenote.DependencyInjection;

/// <summary>One call of AddConnectionPool.</summary>
internal sealed class PoolRegistration
{
    internal PoolRegistration(string name, Action<IServiceProvider, ConnectionPoolBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        if (name.Length is 0 or > 200 || name.Any(character => character == ':' || char.IsControl(character)))
        {
            throw new ArgumentException(
                $"The name of a pool has {name.Length} characters, a colon or a control character. Give it 1 to 200 printable characters; a colon would be a step down in the configuration.", nameof(name));
        }

        Name = name;
        Configure = configure;
    }

    internal string Name { get; }

    internal Action<IServiceProvider, ConnectionPoolBuilder> Configure { get; }
}
