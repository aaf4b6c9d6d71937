namespace Cenote.Connections;

/// <summary>A cancel that was sent, and the end of the statement that it was meant for.</summary>
/// <param name="Outcome">How the statement ended: its failure, or <see langword="null"/> when it ended well.</param>
/// <param name="SendingTime">How long sending took; <see langword="null"/> when the driver sent it by itself.</param>
internal readonly record struct SentCancel(Exception? Outcome, TimeSpan? SendingTime);
