namespace Cenote.Dashboard.Actions;

/// <summary>The result of an action.</summary>
/// <param name="Operation">The action, for log and events.</param>
/// <param name="Message">The result, for the operator.</param>
internal sealed record ActionOutcome(string Operation, string Message);
