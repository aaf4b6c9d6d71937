using Cenote.LoadBench.Load;
using Cenote.LoadBench.Pools;

namespace Cenote.LoadBench.Peers;

/// <summary>A pool of .NET that takes its turns with the others.</summary>
internal interface IContestant : IDisposable
{
    PeerResult Result { get; }

    /// <summary>Gets whether callers wait when all connections are leased.</summary>
    bool HasQueue { get; }

    /// <summary>Gets whether connections are opened when callers need them.</summary>
    bool Grows { get; }

    /// <summary>Gets the server, if the pool's connections lead to one.</summary>
    Database? Server { get; }

    /// <summary>Rents and returns for a while.</summary>
    /// <returns>Nanoseconds and bytes of one lease.</returns>
    Task<(double Nanoseconds, double Bytes)> LeaseAsync(TimeSpan duration);

    CrowdTurn HandOver(TimeSpan duration);

    Task<Waits> AwaitAsync(TimeSpan hold, TimeSpan duration);

    Waits Block(TimeSpan hold, TimeSpan duration);

    Task<OpenLoopTurn> OverloadAsync(double rate);

    /// <summary>Lets 50 callers come at once.</summary>
    Task<(int Opens, TimeSpan Last)> SpikeAsync();

    /// <summary>Lets 100 callers come at once to a pool without connections, and hold what they get.</summary>
    Task<TimeSpan> RampAsync();

    /// <summary>Rents, runs one query and returns, a number of times.</summary>
    Task QueryAsync(int times);
}
