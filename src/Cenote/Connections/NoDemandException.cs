namespace Cenote.Connections;

/// <summary>
/// Ends the attempts of an open that is no longer needed. Never leaves <see cref="ConnectionOpener"/>.
/// </summary>
internal sealed class NoDemandException : Exception;
