namespace Cenote.DependencyInjection;

/// <summary>A call of AddReplicaSet.</summary>
internal sealed class ReplicaSetRegistration(string name, Action<IServiceProvider, ReplicaSetBuilder> configure)
{
    internal string Name { get; } = name;

    internal Action<IServiceProvider, ReplicaSetBuilder> Configure { get; } = configure;
}
