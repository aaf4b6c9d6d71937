namespace Cenote.Connections;

/// <summary>
/// Ends the tries of an open that nobody needs any more. Never leaves <see cref="ConnectionOpener"/>.
/// </summary>
internal sealed class NoDemandException : Exception;
