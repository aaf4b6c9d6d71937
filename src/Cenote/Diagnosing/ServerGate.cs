using Cenote.Providers;

namespace Cenote.Diagnosing;

/// <summary>
/// The turns of this process's pools to query one server for its sessions: one at a time, with a pause. A thousand
/// saturated pools must not burden the server. Thread-safe.
/// </summary>
internal sealed class ServerGate
{
    /// <summary>The shortest pause between two queries.</summary>
    internal static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    /// <summary>The shortest pause after a query that failed. A quarter is added at random.</summary>
    internal static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);

    private static readonly object s_gate = new();
    private static readonly Dictionary<(string System, string Server, TimeProvider Clock), WeakReference<ServerGate>> s_gates = [];

    private readonly (string System, string Server, TimeProvider Clock) _key;
    private readonly TimeProvider _clock;
    private readonly object _gate = new();
    private bool _isBusy;
    private long _enteredAt;
    private long _leftAt;
    private TimeSpan _pause;

    private ServerGate((string System, string Server, TimeProvider Clock) key) => (_key, _clock) = (key, key.Clock);

    /// <summary>Returns the gate that all pools on this server share.</summary>
    internal static ServerGate Of(DatabaseProvider provider, TimeProvider clock)
    {
        var key = KeyOf(provider, clock);
        lock (s_gate)
        {
            if (s_gates.TryGetValue(key, out var known) && known.TryGetTarget(out var gate))
            {
                return gate;
            }

            foreach (var (dead, _) in s_gates.Where(static pair => !pair.Value.TryGetTarget(out _)).ToList())
            {
                s_gates.Remove(dead);
            }

            gate = new ServerGate(key);
            s_gates[key] = new WeakReference<ServerGate>(gate);
            return gate;
        }
    }

    /// <summary>Returns whether a pool is on this server, by its address.</summary>
    internal bool IsOf(DatabaseProvider provider, TimeProvider clock) => KeyOf(provider, clock) == _key;

    /// <summary>Takes the turn, unless another pool has it, or had it too recently.</summary>
    internal bool TryEnter()
    {
        lock (_gate)
        {
            if (_isBusy || _clock.GetElapsedTime(_leftAt) < _pause)
            {
                return false;
            }

            _isBusy = true;
            _enteredAt = _clock.GetTimestamp();
            return true;
        }
    }

    /// <summary>
    /// Ends the turn. A query that took long is repeated less often, and one that failed is not repeated soon by any
    /// pool: a server that cannot answer is busy.
    /// </summary>
    internal void Leave(bool hasFailed)
    {
        lock (_gate)
        {
            _isBusy = false;
            _leftAt = _clock.GetTimestamp();
            var taken = _clock.GetElapsedTime(_enteredAt, _leftAt);
            var shortest = hasFailed ? PauseAfterFailure * (1 + (Random.Shared.NextDouble() / 4)) : ShortestPause;
            _pause = taken * 10 > shortest ? taken * 10 : shortest;
        }
    }

    private static (string System, string Server, TimeProvider Clock) KeyOf(DatabaseProvider provider, TimeProvider clock) =>
        (provider.DatabaseSystem, ServerOf(provider), clock);

    private static string ServerOf(DatabaseProvider provider)
    {
        var database = ServerAddress.WithDatabase("", provider.Database);
        return provider.Address.EndsWith(database, StringComparison.Ordinal) ? provider.Address[..^database.Length] : provider.Address;
    }
}
