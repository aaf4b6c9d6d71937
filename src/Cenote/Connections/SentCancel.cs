namespace Cenote.Connections;

/// <summary>A cancel that was sent, and the end of the statement that it was meant for.</summary>
/// <param name="Outcome">The statement's failure, or <see langword="null"/> when it succeeded.</param>
/// <param name="SendingTime">The duration of sending; <see langword="null"/> when the driver sent it by itself.</param>
internal readonly record struct SentCancel(Exception? Outcome, TimeSpan? SendingTime);
