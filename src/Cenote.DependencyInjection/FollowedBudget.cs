using Microsoft.Extensions.Logging;

namespace Cenote.DependencyInjection;

/// <summary>A budget and its configuration.</summary>
/// <param name="budget">The budget.</param>
/// <param name="readSize">Reads the size of the budget of a name.</param>
/// <param name="logger">The logger for rejected changes.</param>
internal sealed class FollowedBudget(ConnectionBudget budget, Func<string, int> readSize, ILogger logger) : IFollowing
{
    private Exception? _refusal;
    private string? _logged;

    public bool IsClosed => false;

    public bool TryReload()
    {
        try
        {
            var size = readSize(budget.Name);
            if (size != budget.MaxConnections)
            {
                budget.Resize(size);
            }

            _logged = null;
            return true;
        }
#pragma warning disable CA1031 // A source of the configuration may throw anything. The budget keeps its size.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _refusal = exception;
            return false;
        }
    }

    public void LogRefusal()
    {
        if (_logged != _refusal!.Message)
        {
            _logged = _refusal.Message;
            ConfigurationLog.BudgetReloadRefused(logger, budget.Name, _refusal);
        }
    }
}
