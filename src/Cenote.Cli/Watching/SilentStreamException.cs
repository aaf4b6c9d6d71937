namespace Cenote.Cli.Watching;

/// <summary>
/// A stream is open but silent: a proxy holds it back, or the server hangs.
/// </summary>
internal sealed class SilentStreamException(Exception inner) : Exception("The stream is silent.", inner);
