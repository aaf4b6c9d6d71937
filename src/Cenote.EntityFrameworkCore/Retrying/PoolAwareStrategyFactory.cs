using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Retrying;

/// <summary>Makes the strategy that was configured, and lets it judge failures to connect by what the driver said.</summary>
internal sealed class PoolAwareStrategyFactory(IExecutionStrategyFactory factory) : IExecutionStrategyFactory
{
    public IExecutionStrategy Create() => new PoolAwareStrategy(factory.Create());
}
