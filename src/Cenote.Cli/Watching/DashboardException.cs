namespace Cenote.Cli.Watching;

/// <summary>
/// The dashboard does not answer, rejects the request or returns something else. The message is safe to show.
/// </summary>
internal sealed class DashboardException(string message, Exception? inner = null) : Exception(message, inner);
