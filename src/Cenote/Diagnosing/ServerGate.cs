using Cenote.Providers;

namespace Cenote.Diagnosing;

/// <summary>
/// The turns of this process's pools to query one server for its sessions: one at a time, with a pause. A thousand
/// saturated pools must not burden the server. Thread-safe.
/// </summary>
/// <param name="clock">The clock of the pools.</param>
internal sealed class ServerGate(TimeProvider clock)
{
    /// <summary>The shortest pause between two queries.</summary>
    internal static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    private static readonly object s_gate = new();
    private static readonly Dictionary<(string System, string Server, TimeProvider Clock), WeakReference<ServerGate>> s_gates = [];

    private readonly object _gate = new();
    private bool _isBusy;
    private long _enteredAt;
    private long _leftAt;
    private TimeSpan _pause;

    /// <summary>Returns the gate that all pools on this server share.</summary>
    internal static ServerGate Of(DatabaseProvider provider, TimeProvider clock)
    {
        var key = (provider.DatabaseSystem, ServerOf(provider), clock);
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

            gate = new ServerGate(clock);
            s_gates[key] = new WeakReference<ServerGate>(gate);
            return gate;
        }
    }

    /// <summary>Takes the turn, unless another pool has it, or had it too recently.</summary>
    internal bool TryEnter()
    {
        lock (_gate)
        {
            if (_isBusy || clock.GetElapsedTime(_leftAt) < _pause)
            {
                return false;
            }

            _isBusy = true;
            _enteredAt = clock.GetTimestamp();
            return true;
        }
    }

    /// <summary>Ends the turn. A query that took long is repeated less often.</summary>
    internal void Leave()
    {
        lock (_gate)
        {
            _isBusy = false;
            _leftAt = clock.GetTimestamp();
            var taken = clock.GetElapsedTime(_enteredAt, _leftAt);
            _pause = taken * 10 > ShortestPause ? taken * 10 : ShortestPause;
        }
    }

    private static string ServerOf(DatabaseProvider provider)
    {
        var database = ServerAddress.WithDatabase("", provider.Database);
        return provider.Address.EndsWith(database, StringComparison.Ordinal) ? provider.Address[..^database.Length] : provider.Address;
    }
}
