namespace Cenote.TestServers;

/// <summary>A client was given the answer to another client's question.</summary>
internal sealed class CrossedAnswerException(string message) : Exception(message);
