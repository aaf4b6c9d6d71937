namespace Cenote.SharedBudget.Grants;

/// <summary>The other instances have other settings. The message has no secret.</summary>
internal sealed class RejectedInstanceException(string message) : InvalidOperationException(message);
