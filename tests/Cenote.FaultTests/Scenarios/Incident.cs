using Cenote.FaultTests.Clients;
using Cenote.TestServers.Proxy;

namespace Cenote.FaultTests.Scenarios;

/// <summary>A scenario under way: what it may lay hands on.</summary>
internal sealed class Incident(LabPool pool, Crowd crowd) : IAsyncDisposable
{
    private int _acceptedBefore;
    private int _failuresBefore;
    private long _refusalsBefore;

    internal DatabaseServer Server
    {
        get => field ?? throw new InvalidOperationException("This incident has no server.");
        init;
    }

    internal PgBouncer Bouncer
    {
        get => field ?? throw new InvalidOperationException("This incident has no PgBouncer.");
        init;
    }

    internal FaultProxy Proxy
    {
        get => field ?? throw new InvalidOperationException("This incident has no network.");
        init
        {
            field = value;
            _acceptedBefore = value.Accepted;
        }
    }

    internal Vault Vault
    {
        get => field ?? throw new InvalidOperationException("This incident has no passwords.");
        init;
    }

    internal SqliteFile File
    {
        get => field ?? throw new InvalidOperationException("This incident has no file.");
        init;
    }

    internal LabPool Pool => pool;

    internal Crowd Crowd => crowd;

    /// <summary>Sessions of other clients, and everything else that must be closed at the end.</summary>
    internal List<DbConnection> Strangers { get; } = [];

    /// <summary>What a scenario found wrong by itself.</summary>
    internal List<string> Problems { get; } = [];

    /// <summary>Operations that failed since the fault began.</summary>
    internal int Failures => crowd.Ledger.Failures - _failuresBefore;

    /// <summary>
    /// Tries to connect that failed since the fault began; of a driver's pool, which does not say, operations that
    /// failed, for all its clients.
    /// </summary>
    internal int Refusals => pool is CenotePool cenote ? (int)(cenote.Pool.GetStatistics().OpenFailures - _refusalsBefore) : Failures / 10;

    internal int Connects => Proxy.Accepted - _acceptedBefore;

    internal void MarkBegun()
    {
        _failuresBefore = crowd.Ledger.Failures;
        _refusalsBefore = pool is CenotePool cenote ? cenote.Pool.GetStatistics().OpenFailures : 0;
        crowd.Ledger.Mark();
    }

    internal async Task DismissStrangersAsync()
    {
        foreach (var stranger in Strangers)
        {
            await stranger.DisposeAsync();
        }

        Strangers.Clear();
    }

    public async ValueTask DisposeAsync() => await DismissStrangersAsync();
}
