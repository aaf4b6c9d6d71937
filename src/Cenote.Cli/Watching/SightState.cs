namespace Cenote.Cli.Watching;

/// <summary>How what is shown came here.</summary>
internal enum SightState
{
    /// <summary>By the stream, a moment ago.</summary>
    Live,

    /// <summary>By asking every two seconds: nothing streams.</summary>
    Polling,

    /// <summary>Some time ago: there is no answer now.</summary>
    Reconnecting,
}
