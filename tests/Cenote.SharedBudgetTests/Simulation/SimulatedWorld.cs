using System.Diagnostics.CodeAnalysis;

namespace Cenote.SharedBudgetTests.Simulation;

/// <summary>
/// Instances, a server that counts their sessions, and a store that restarts, loses its last changes, and whose clock
/// jumps. Time is fake.
/// </summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "A run is repeated by its seed.")]
internal sealed class SimulatedWorld
{
    private const int Step = 10;

    private readonly List<SimulatedInstance> _instances = [];
    private readonly int _declared;
    private readonly int _calm;
    private GrantTable _table = new();
    private GrantTable _saved = new();
    private int _epoch = 1;
    private int _downUntil;
    private long _clockOffset = 1_000_000;
    private int _numbers;

    internal SimulatedWorld(int seed, int instances, PlantedFault fault = PlantedFault.None)
    {
        Fault = fault;
        Random = new Random(seed);
        _declared = instances;
        _calm = 200 + Random.Next(2000);
        var guaranteed = 2 + Random.Next(3);
        Settings = new GrantSettings
        {
            MaxConnections = (instances * guaranteed) + 1 + Random.Next(instances * 8),
            Instances = instances,
            Guaranteed = guaranteed,
            TimeToLive = 1500,
            Hidden = Math.Clamp(guaranteed - 1, 1, 4) + 1,
        };
        for (var i = 0; i < instances; i++)
        {
            _instances.Add(new SimulatedInstance(this, ++_numbers));
        }
    }

    internal Random Random { get; }

    internal PlantedFault Fault { get; }

    internal GrantSettings Settings { get; }

    /// <summary>Gets the true time in milliseconds.</summary>
    internal int Now { get; private set; }

    internal double Seconds => Now / 1000.0;

    internal bool IsStoreDown => Now < _downUntil;

    /// <summary>Gets the most sessions that the server had at once.</summary>
    internal int Most { get; private set; }

    /// <summary>Gets the sum of sessions at all steps, and the sum of what the budget allows.</summary>
    internal (long Used, long Allowed) Use { get; private set; }

    internal void Run(int milliseconds)
    {
        while (Now < milliseconds)
        {
            Now += Step;
            Happen();
            foreach (var instance in _instances)
            {
                instance.Tick();
            }

            var sessions = _instances.Sum(static instance => instance.AtServer);
            Most = Math.Max(Most, sessions);
            Use = (Use.Used + sessions, Use.Allowed + Settings.MaxConnections);
            if (sessions > Settings.MaxConnections)
            {
                return;
            }
        }
    }

    internal GrantAnswer Renew(GrantRequest request)
    {
        var answer = GrantRules.Renew(_table, request, Settings, Now + _clockOffset, Fault == PlantedFault.TrustsALostTable ? "1" : _epoch.ToString(CultureInfo.InvariantCulture));
        return answer;
    }

    /// <summary>Ends sessions of instances whose grant is over, and counts.</summary>
    internal GrantCensus Count(GrantAnswer answer, List<OtherGrant> allExpired)
    {
        foreach (var expired in allExpired)
        {
            if (answer.IsContended && _instances.Find(instance => instance.Id == expired.Id) is { } instance && instance.AtServer > expired.Guaranteed)
            {
                instance.End(instance.AtServer - expired.Guaranteed);
            }
        }

        return new GrantCensus
        {
            Epoch = answer.Epoch,
            Expired = allExpired,
            Sessions = _instances.Where(static instance => instance.AtServer > 0).ToDictionary(static instance => instance.Id, static instance => instance.AtServer, StringComparer.Ordinal),
        };
    }

    private void Happen()
    {
        if (Random.Next(100) == 0)
        {
            // Written to disk: what comes later is lost by a crash.
            _saved = Copy(_table);
        }

        switch (Random.Next(_calm))
        {
            case 0:
                _epoch++;
                _table = Random.Next(3) switch { 0 => new GrantTable(), 1 => Copy(_saved), _ => _table };
                _downUntil = Now + (Random.Next(2) == 0 ? Random.Next(100) : Random.Next(4000));
                break;
            case 1:
                _clockOffset += Random.Next(10_000);
                break;
            case 2:
                _clockOffset -= Random.Next(10_000);
                break;
            case < 3 + 4:
                Any().FrozenUntil = Now + Random.Next(6000);
                break;
            case < 3 + 8:
                Any().CutOffUntil = Now + Random.Next(6000);
                break;
            case < 3 + 11:
                Replace();
                break;
        }
    }

    /// <summary>A process is killed, and another one starts.</summary>
    private void Replace()
    {
        var killed = Any();
        _instances.Remove(killed);
        if (_instances.Count < _declared)
        {
            _instances.Add(new SimulatedInstance(this, ++_numbers));
        }
    }

    private static GrantTable Copy(GrantTable table) => GrantTable.Parse(table.ToString());

    private SimulatedInstance Any() => _instances[Random.Next(_instances.Count)];
}
