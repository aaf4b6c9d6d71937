using System.Diagnostics.CodeAnalysis;
using Cenote.SharedBudget.Renewal;

namespace Cenote.SharedBudgetTests.Simulation;

/// <summary>
/// An instance with the real <see cref="Grant"/>, its connections, and requests that take time and get lost.
/// </summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "A run is repeated by its seed.")]
internal sealed class SimulatedInstance
{
    private readonly SimulatedWorld _world;
    private readonly SkewedClock _clock;
    private readonly Grant _grant;
    private readonly Observer _observer;
    private readonly int _startedAt;
    private string? _epoch;
    private int _forgottenUntil;
    private bool _hasFamily;
    private int _size;
    private int _demand;
    private int _nextRenewal;
    private int _troubleUntil;
    private (GrantRequest Request, LifeSign SentAt, int ArrivesAt)? _sent;
    private (GrantAnswer Answer, LifeSign SentAt, int ArrivesAt)? _answered;
    private (GrantAnswer Answer, List<OtherGrant> Expired, int ArrivesAt)? _counting;
    private bool _hasControl;

    internal SimulatedInstance(SimulatedWorld world, int number, bool isDeclared)
    {
        _world = world;
        _startedAt = world.Now;
        IsDeclared = isDeclared;
        Id = number.ToString("x10", CultureInfo.InvariantCulture);
        Family = number.ToString("x6", CultureInfo.InvariantCulture);
        _clock = new SkewedClock(world, 0.92 + (0.16 * world.Random.NextDouble()), world.Random.NextDouble() * 1000);
        var timeToLive = TimeSpan.FromMilliseconds(world.Settings.TimeToLive);
        _observer = new Observer(_clock, timeToLive, world.Fault == PlantedFault.CountsAfterSilence ? TimeSpan.MaxValue : timeToLive / 2);
        _grant = new Grant(_clock, world.Settings, world.Settings.Hidden - 1);
    }

    internal string Id { get; }

    /// <summary>Gets whether it is not one too many.</summary>
    internal bool IsDeclared { get; }

    /// <summary>Gets whether the store has answered it.</summary>
    internal bool HasAnswer { get; private set; }

    /// <summary>Gets the id of the budget in the label of its sessions.</summary>
    internal string Family { get; private set; }

    /// <summary>Gets or sets until when the process stands still.</summary>
    internal int FrozenUntil { get; set; }

    /// <summary>Gets or sets until when no request arrives.</summary>
    internal int CutOffUntil { get; set; }

    /// <summary>Gets or sets until when the database does not answer it.</summary>
    internal int DatabaseCutOffUntil { get; set; }

    /// <summary>Gets or sets when the server notices that the host is gone.</summary>
    internal int VanishesAt { get; set; } = int.MaxValue;

    /// <summary>Gets whether it has the store's answers, and so no reason to lose sessions.</summary>
    internal bool IsHealthy => _world.Now > _troubleUntil && _world.Now - _startedAt > 2 * _world.Settings.TimeToLive;

    /// <summary>Gets the sessions of its pools at the server.</summary>
    internal int Sessions { get; private set; }

    /// <summary>Gets all its sessions at the server, with the one in which it counts.</summary>
    internal int AtServer => Sessions + (_hasControl ? 1 : 0);

    /// <summary>Gets the opens that have begun, of which the server does not know.</summary>
    internal int Opening { get; private set; }

    /// <summary>Gets the connections that the server has ended without the instance's knowledge.</summary>
    internal int Broken { get; private set; }

    /// <summary>Gets the sessions that run a statement.</summary>
    internal int Busy { get; private set; }

    private int Used => Sessions + Opening + Broken;

    public override string ToString() => FormattableString.Invariant(
        $"{Id} of {Family}: {AtServer} at the server, {Opening} opening, {Broken} broken, size {_size}, grant {_grant.Read()} valid {_grant.IsValid}, place {_grant.HasPlace}, control {_grant.Control}, frozen until {FrozenUntil}, cut off until {CutOffUntil} and {DatabaseCutOffUntil}");

    /// <summary>
    /// Returns what it has or may open by its grant, whatever it wants. Nothing if the grants were lost, and it had no
    /// session at the server before they were counted: its return is a documented limit, until the others know.
    /// </summary>
    internal int CountAllowed()
    {
        _forgottenUntil = AtServer == 0 && _epoch != _world.Epoch ? int.MaxValue : _forgottenUntil;
        return _world.Now < _forgottenUntil ? 0 : Math.Max(AtServer, _grant.MayConnect ? Math.Min(_size, _grant.Read()) + 1 : 0);
    }

    /// <summary>The server loses its connections to the instance, which notices it later.</summary>
    internal void Drop()
    {
        Broken += Sessions;
        (Sessions, Busy, _hasControl) = (0, 0, false);
    }

    /// <summary>The server ends idle sessions.</summary>
    internal int End(int count)
    {
        var ended = Math.Max(0, Math.Min(count, Sessions - Busy));
        Sessions -= ended;
        Broken += ended;
        return ended;
    }

    internal void Tick()
    {
        if (_world.Now < Math.Max(FrozenUntil, CutOffUntil))
        {
            _troubleUntil = _world.Now + (2 * (int)_world.Settings.TimeToLive);
        }

        if (_world.Now < FrozenUntil)
        {
            return;
        }

        Move();
        Receive();
        if (_sent is null && _answered is null && _counting is null && _world.Now >= _nextRenewal)
        {
            Prove();
            Send(census: null);
        }

        if (!HasAnswer && _world.IsAsDeclared && !_grant.HasPlace && _world.Now - _startedAt > _world.Settings.TimeToLive * 2)
        {
            BeginAlone();
        }

        if (!_grant.IsValid && _world.Fault != PlantedFault.UsesExpiredGrants)
        {
            _size = _grant.Read();
        }
    }

    /// <summary>Callers come and go, connections open and close.</summary>
    private void Move()
    {
        var random = _world.Random;
        if (random.Next(40) == 0)
        {
            _demand = random.Next(_world.KindsOfDemand) switch { 0 => 0, 1 => random.Next(_world.Settings.Guaranteed * 2), _ => _world.Settings.MaxConnections };
        }

        // What began before ends now, also after the process stood still: the server accepts it first.
        var opened = _world.Now < DatabaseCutOffUntil || random.Next(3) > 0 ? 0 : random.Next(Opening + 1);
        Opening -= opened;
        Sessions += opened;
        Busy = Math.Min(Sessions, random.Next(4) == 0 ? Sessions : random.Next(Sessions + 1));
        Broken -= random.Next(Broken + 1);
        if (Used > _size || Used > _demand)
        {
            Sessions -= Math.Max(0, Math.Min(Sessions - Busy, Used - Math.Min(_size, Math.Max(_demand, 0))));
        }

        while (Used < _demand && Used < (_world.Fault == PlantedFault.UsesExpiredGrants ? _size : Math.Min(_size, _grant.Read())) && Opening < _grant.MaxOpening)
        {
            Opening++;
        }
    }

    /// <summary>The session in which it counts answers while the store does not.</summary>
    private void Prove()
    {
        if (!_hasControl && _grant.Control > 0 && _world.Now >= DatabaseCutOffUntil)
        {
            OpenControl(_grant.MayConnect);
        }

        if ((_hasControl && _world.Now >= DatabaseCutOffUntil) || _world.Fault == PlantedFault.KeepsGuaranteedForever)
        {
            _grant.RecordSign(_grant.Now());
        }
    }

    private void BeginAlone()
    {
        if (_world.Now >= DatabaseCutOffUntil && _world.CountInstances(this) <= _world.Settings.Instances)
        {
            OpenControl(isOpen: true);
            _hasFamily = true;
            _grant.BeginAlone(_grant.Now());
        }
    }

    private void OpenControl(bool isOpen)
    {
        _hasControl = isOpen;
        if (isOpen)
        {
            _grant.HoldControl();
        }
        else
        {
            _grant.ReleaseControl();
        }
    }

    private void Send(GrantCensus? census)
    {
        _size = _world.Fault == PlantedFault.UsesExpiredGrants ? _size : _grant.Read();
        _nextRenewal = _world.Now + _world.RenewalInterval;
        var offer = _world.Fault == PlantedFault.OffersWhatItUses ? Math.Min(_size, _demand) : Math.Max(_size, Used);
        var request = new GrantRequest
        {
            Id = Id,
            Family = Family,
            HasFamily = _hasFamily,
            NewTableId = _world.CreateTableId(),
            KnownEpoch = _observer.KnownEpoch,
            IsBacked = _grant.MayConnect,
            HadPlace = _grant.HasPlace || _world.Fault == PlantedFault.GivesPlacesBeforeTheCount,
            FirstSequence = _clock.GetTimestamp(),
            IsBare = !_grant.MayConnect && offer == 0,
            Offer = offer + (_world.Fault == PlantedFault.ForgetsItsOwnSession ? 0 : _grant.Control),
            Demand = _demand + 1,
            Hidden = _world.Settings.Hidden,
            Census = census,
        };
        _sent = (request, _grant.Now(), _world.Now + _world.Random.Next(60));
    }

    private void Receive()
    {
        if (_sent is { } sent && _world.Now >= sent.ArrivesAt)
        {
            _sent = null;
            var isLost = _world.Now < CutOffUntil || _world.IsStoreDown || _world.Random.Next(30) == 0;
            if (!isLost)
            {
                var answer = _world.Renew(sent.Request);
                if (_world.Random.Next(20) != 0)
                {
                    _answered = (answer, sent.SentAt, _world.Now + _world.Random.Next(60));
                }
            }
        }

        if (_answered is { } answered && _world.Now >= answered.ArrivesAt)
        {
            _answered = null;
            Accept(answered.Answer, answered.SentAt);
        }

        if (_counting is { } counting && _world.Now >= counting.ArrivesAt && _sent is null)
        {
            _counting = null;
            OpenControl(isOpen: true);
            Send(_world.Count(counting.Answer, counting.Expired, mayEnd: _grant.IsValid || _world.Fault == PlantedFault.EndsAfterAFreeze));
        }
    }

    private void Accept(GrantAnswer answer, LifeSign sentAt)
    {
        (HasAnswer, _epoch) = (true, answer.Epoch);
        _forgottenUntil = Math.Min(_forgottenUntil, _world.Now + (int)_world.Settings.TimeToLive);
        if (!_hasFamily)
        {
            (Family, _hasFamily) = (answer.Family, true);
        }

        _grant.Accept(answer, sentAt);
        if (_grant.Control == 0 || answer.Permits > 0)
        {
            OpenControl(answer.Permits > 0);
        }
        else
        {
            // Nothing is free for its own session.
            OpenControl(isOpen: false);
        }

        _size = _grant.Read();
        _observer.Record(answer);
        var expired = _world.Fault == PlantedFault.TrustsTheClockOfTheStore ? [.. answer.Others.Where(static other => other.IsExpired)] : _observer.FindExpired(answer);
        if (answer.MustCount && _world.Now >= DatabaseCutOffUntil && (answer.NeedsCensus || expired.Count > 0 || answer.Strangers > 0))
        {
            _counting = (answer, expired, _world.Now + _world.Random.Next(_world.Random.Next(8) == 0 ? 1000 : 100));
        }
    }
}
