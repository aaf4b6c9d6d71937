using System.Diagnostics.CodeAnalysis;

namespace Cenote.SharedBudgetTests.Simulation;

/// <summary>
/// Instances, a server that counts their sessions, and a store that restarts, loses its last changes or its table, and
/// whose clock jumps. Time is fake. Large worlds go slower, as their settings would.
/// </summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "A run is repeated by its seed.")]
internal sealed class SimulatedWorld
{
    internal const int LargeWorld = 100;

    private readonly List<SimulatedInstance> _instances = [];
    private readonly int _declared;
    private readonly int _calm;
    private readonly int _scale;
    private GrantTable _table = new();
    private GrantTable _saved = new();
    private int _epoch = 1;
    private int _downUntil;
    private long _clockOffset = 1_000_000;
    private int _numbers;
    private int _tables;
    private bool _isCalm;

    internal SimulatedWorld(int seed, int instances, PlantedFault fault = PlantedFault.None)
    {
        Fault = fault;
        Random = new Random(seed);
        _declared = instances;
        _scale = instances > LargeWorld ? 10 : 1;
        _calm = 150 + Random.Next(1000);
        var guaranteed = 2 + Random.Next(3);
        Settings = new GrantSettings
        {
            MaxConnections = (instances * guaranteed) + 1 + Random.Next(instances * 8),
            Instances = instances,
            Guaranteed = guaranteed,
            TimeToLive = 1500 * _scale,
            Hidden = Math.Clamp(guaranteed - 1, 1, 4) + 1,
            StartReserve = 1,
            Standstill = 5000 * _scale,
        };
        for (var i = 0; i < instances; i++)
        {
            _instances.Add(new SimulatedInstance(this, ++_numbers, isDeclared: true));
        }
    }

    internal Random Random { get; }

    internal PlantedFault Fault { get; }

    internal GrantSettings Settings { get; }

    internal int RenewalInterval => 250 * _scale;

    /// <summary>Gets the true time in milliseconds.</summary>
    internal int Now { get; private set; }

    internal double Seconds => Now / 1000.0;

    /// <summary>Gets of how many kinds of demand two are small: in a large world the sum would hardly vary.</summary>
    internal int KindsOfDemand => IsLarge ? 50 : 5;

    /// <summary>Gets which life of the store and of its table the grants are of.</summary>
    internal string Epoch => _table.Epoch;

    internal bool IsStoreDown => Now < _downUntil;

    /// <summary>Gets the most sessions that the server had at once.</summary>
    internal int Most { get; private set; }

    /// <summary>Gets the largest sum of what the instances had or were allowed to open.</summary>
    internal int MostAllowed { get; private set; }

    /// <summary>Gets the sessions that were ended though their instance could renew its grant.</summary>
    internal int WronglyEnded { get; private set; }

    /// <summary>Gets whether a rule was broken.</summary>
    internal bool HasFailed => Most > Settings.MaxConnections || MostAllowed > Settings.MaxConnections || WronglyEnded > 0;

    /// <summary>Gets the sum of sessions at all steps, and the sum of what the budget allows.</summary>
    internal (long Used, long Allowed) Use { get; private set; }

    /// <summary>Returns what instances have and what the table says, at the end.</summary>
    internal string Describe() => FormattableString.Invariant(
        $"{Most} sessions and {MostAllowed} allowed of {Settings.MaxConnections}, {WronglyEnded} ended wrongly, {Settings.Instances} instances declared, {Settings.Guaranteed} guaranteed, after {Now} ms\n{string.Join('\n', _instances)}\n{_table}");

    internal void Run(int milliseconds)
    {
        while (Now < milliseconds * _scale && !HasFailed)
        {
            Now += 10 * _scale;
            Happen();
            var (sessions, allowed) = (0, 0);
            foreach (var instance in _instances)
            {
                instance.Tick();
            }

            foreach (var instance in _instances)
            {
                sessions += instance.AtServer;
                allowed += instance.CountAllowed();
            }

            (Most, MostAllowed) = (Math.Max(Most, sessions), Math.Max(MostAllowed, allowed));
            Use = (Use.Used + sessions, Use.Allowed + Settings.MaxConnections);
        }
    }

    /// <summary>Gets whether an instance has a session for its callers.</summary>
    internal bool HasSessions => _instances.Exists(static instance => instance.Sessions > 0);

    /// <summary>
    /// All processes are killed at once. The store lives on, and one starts again. Nothing else fails from here on.
    /// </summary>
    internal void KillAll()
    {
        (_isCalm, _downUntil) = (true, Now);
        _instances.Clear();
        _instances.Add(new SimulatedInstance(this, ++_numbers, isDeclared: true));
    }

    internal string CreateTableId() => Fault == PlantedFault.TrustsADeletedTable ? "same" : (++_tables).ToString(CultureInfo.InvariantCulture);

    internal GrantAnswer Renew(GrantRequest request)
    {
        return GrantRules.Renew(_table, request, Settings, Now + _clockOffset, Fault == PlantedFault.TrustsALostTable ? "1" : _epoch.ToString(CultureInfo.InvariantCulture));
    }

    private bool IsLarge => _declared > LargeWorld;

    private bool HaveAllAnswers => _instances.TrueForAll(static instance => instance.HasAnswer);

    /// <summary>Gets whether no more instances exist than were declared.</summary>
    internal bool IsAsDeclared => _instances.TrueForAll(static instance => instance.IsDeclared);

    /// <summary>Returns how many instances have a session, with one that asks.</summary>
    internal int CountInstances(SimulatedInstance asking) => _instances.Count(instance => instance == asking || instance.AtServer > 0);

    /// <summary>Ends sessions of instances whose grant is over, and counts.</summary>
    internal GrantCensus Count(GrantAnswer answer, List<OtherGrant> allExpired, bool mayEnd)
    {
        var instances = mayEnd && answer.IsContended ? _instances.ToDictionary(static instance => instance.Id, StringComparer.Ordinal) : [];
        foreach (var expired in allExpired)
        {
            if (instances.TryGetValue(expired.Id, out var instance) && instance.AtServer > expired.Guaranteed)
            {
                var ended = instance.End(instance.AtServer - expired.Guaranteed);
                WronglyEnded += instance.IsHealthy ? ended : 0;
            }
        }

        var counted = _instances.Where(static instance => instance.AtServer > 0).Select(static instance => new CountedInstance(instance.Family, instance.Id, instance.AtServer));
        return new GrantCensus
        {
            Epoch = answer.Epoch,
            Expired = allExpired,
            Counted = [.. Fault == PlantedFault.IgnoresStrangers ? counted.Where(instance => instance.Family == answer.Family) : counted],
        };
    }

    private void Happen()
    {
        if (Random.Next(300) == 0)
        {
            // Written to disk: what comes later is lost by a crash.
            _saved = Copy(_table);
        }

        _instances.RemoveAll(instance => Now >= instance.VanishesAt);
        if (Random.Next(50) == 0)
        {
            StartMissing();
        }

        if (_isCalm)
        {
            return;
        }

        // In a large world the store is left alone for longer, so that the budget is used up between two counts.
        for (var i = 0; i <= _declared / (4 * LargeWorld); i++)
        {
            HappenToOne();
        }

        if (IsLarge && Random.Next(_calm) < 4)
        {
            HappenToMany();
        }

        switch (Random.Next(_calm * (IsLarge ? 5 : 1)))
        {
            case 0:
                _epoch++;
                _table = Random.Next(3) switch { 0 => new GrantTable(), 1 => Copy(_saved), _ => _table };
                _downUntil = Now + (_scale * (Random.Next(2) == 0 ? Random.Next(100) : Random.Next(4000)));
                break;
            case 1:
                _clockOffset += _scale * Random.Next(10_000);
                break;
            case 2:
                _clockOffset -= _scale * Random.Next(10_000);
                break;
            case 3:
                // Deleted, or evicted. The life of the store goes on.
                _table = new GrantTable();
                break;
            case 4:
                // Silent, but nothing is lost.
                _downUntil = Now + (_scale * Random.Next(4000));
                break;
        }
    }

    private void HappenToOne()
    {
        switch (Random.Next(_calm))
        {
            case < 4:
                AnyThatOpens().FrozenUntil = Now + (_scale * Random.Next(6000));
                break;
            case < 8:
                Any().CutOffUntil = Now + (_scale * Random.Next(6000));
                break;
            case < 9:
                Any().DatabaseCutOffUntil = Now + (_scale * Random.Next(9000));
                break;
            case < 12 when _instances.Count(static instance => instance.VanishesAt == int.MaxValue) > 1:
                Replace();
                break;
            case < 13:
                Any().Drop();
                break;
            case < 14:
                // Neither the store nor the database, for so long that it may lose its place.
                var isolated = Any();
                isolated.Drop();
                isolated.CutOffUntil = isolated.DatabaseCutOffUntil = Now + (_scale * Random.Next(25_000));
                break;
            case < 16 when HaveAllAnswers && _instances.Count < _declared + 2:
                // One more than was declared. Not while one has started alone: the number must be right for that.
                _instances.Add(new SimulatedInstance(this, ++_numbers, isDeclared: false));
                break;
        }
    }

    /// <summary>A zone of a large world is cut off, stands still, or loses its connections.</summary>
    private void HappenToMany()
    {
        var (kind, until, zone) = (Random.Next(3), Now + (_scale * (500 + Random.Next(6000))), Random.Next(2, 8));
        foreach (var instance in _instances)
        {
            if (instance.VanishesAt == int.MaxValue && Random.Next(zone) == 0)
            {
                switch (kind)
                {
                    case 0:
                        instance.FrozenUntil = until;
                        break;
                    case 1:
                        instance.CutOffUntil = until;
                        break;
                    case 2:
                        instance.Drop();
                        instance.CutOffUntil = instance.DatabaseCutOffUntil = until;
                        break;
                }
            }
        }
    }

    /// <summary>A process is killed, or its host is gone, and another one starts.</summary>
    private void Replace()
    {
        var killed = Any();
        if (Random.Next(3) == 0)
        {
            (killed.FrozenUntil, killed.VanishesAt) = (int.MaxValue, Now + (_scale * Random.Next(8000)));
        }
        else
        {
            _instances.Remove(killed);
        }

        StartMissing();
    }

    /// <summary>Starts an instance in the place of one that is gone. Not while one has started alone.</summary>
    private void StartMissing()
    {
        if (HaveAllAnswers && _instances.Count(static instance => instance.VanishesAt == int.MaxValue) < _declared)
        {
            _instances.Add(new SimulatedInstance(this, ++_numbers, isDeclared: true));
        }
    }

    private static GrantTable Copy(GrantTable table) => GrantTable.Parse(table.ToString());

    /// <summary>Returns one in the worst moment to stand still.</summary>
    private SimulatedInstance AnyThatOpens()
    {
        var opening = _instances.FindAll(static instance => instance is { Opening: > 1, VanishesAt: int.MaxValue });
        return opening.Count > 0 && Random.Next(2) == 0 ? opening[Random.Next(opening.Count)] : Any();
    }

    private SimulatedInstance Any()
    {
        while (true)
        {
            if (_instances[Random.Next(_instances.Count)] is { VanishesAt: int.MaxValue } instance)
            {
                return instance;
            }
        }
    }
}
