namespace Cenote.Cli.Watching;

/// <summary>How the shown data was received.</summary>
internal enum SightState
{
    /// <summary>By the stream, just now.</summary>
    Live,

    /// <summary>By polling every two seconds, because streaming does not work.</summary>
    Polling,

    /// <summary>Some time ago; the dashboard does not answer now.</summary>
    Reconnecting,
}
