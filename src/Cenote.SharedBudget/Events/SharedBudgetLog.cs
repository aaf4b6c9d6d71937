using Microsoft.Extensions.Logging;

namespace Cenote.SharedBudget.Events;

internal static partial class SharedBudgetLog
{
    [LoggerMessage(200, LogLevel.Information, "Shared budget {BudgetName}, instance {Instance}: {Previous} → {Current}")]
    internal static partial void StateChanged(ILogger logger, string budgetName, string instance, SharedBudgetState previous, SharedBudgetState current);

    [LoggerMessage(201, LogLevel.Warning, "Shared budget {BudgetName}, instance {Instance}: the grant was not renewed: {Failure}")]
    internal static partial void RenewalFailed(ILogger logger, string budgetName, string instance, string failure);

    [LoggerMessage(202, LogLevel.Warning, "Shared budget {BudgetName}, instance {Instance}: sessions were not counted, so the connections of other instances that are gone stay taken: {Failure}")]
    internal static partial void CountFailed(ILogger logger, string budgetName, string instance, string failure);

    [LoggerMessage(203, LogLevel.Warning, "Shared budget {BudgetName}: ended {Sessions} idle sessions of instance {Expired}, whose grant is over")]
    internal static partial void SessionsEnded(ILogger logger, string budgetName, int sessions, string expired);

    [LoggerMessage(205, LogLevel.Warning, "Shared budget {BudgetName}: room for {Connections} connections is left for a while, because sessions at the server have its name and are not of its instances. They are of another budget of this name, or of instances whose grants were lost")]
    internal static partial void StrangersFound(ILogger logger, string budgetName, int connections);

    [LoggerMessage(204, LogLevel.Error, "Handler of StateChanged of shared budget {BudgetName} failed")]
    internal static partial void HandlerFailed(ILogger logger, string budgetName, Exception exception);
}
