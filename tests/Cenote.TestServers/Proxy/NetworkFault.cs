namespace Cenote.TestServers.Proxy;

/// <summary>What the network between the pool and its server does wrong.</summary>
internal enum NetworkFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Everything arrives later, by <see cref="FaultProxy.Latency"/> in each direction.</summary>
    Latency,

    /// <summary>Few bytes a second: <see cref="FaultProxy.BytesPerSecond"/>.</summary>
    Throttle,

    /// <summary>New connections are accepted and never hear anything; old ones go silent too.</summary>
    SilenceAfterAccept,

    /// <summary>Requests arrive; their answers never do.</summary>
    SilenceMidQuery,

    /// <summary>A login succeeds, and the first request after it never arrives.</summary>
    SilenceAfterLogin,

    /// <summary>Answers are held back, and all arrive when the fault is over.</summary>
    LateAnswers,

    /// <summary>Every connection is reset (RST), old and new.</summary>
    Reset,

    /// <summary>Old connections are reset, new ones are refused: no server listens.</summary>
    Refusal,

    /// <summary>The peers of the connections of this moment are gone without a FIN. New connections work.</summary>
    HalfOpen,
}
