namespace Cenote.Cli.Watching;

/// <summary>
/// The dashboard gives no answer, refuses, or answers with something else. The message is safe to show.
/// </summary>
internal sealed class DashboardException(string message, Exception? inner = null) : Exception(message, inner);
