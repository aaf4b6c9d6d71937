using Cenote.SharedBudget.Renewal;

namespace Cenote.SharedBudgetTests.Simulation;

/// <summary>
/// An instance with the real <see cref="Grant"/>, its connections, and requests that take time and get lost.
/// </summary>
internal sealed class SimulatedInstance
{
    private readonly SimulatedWorld _world;
    private readonly SkewedClock _clock;
    private readonly Grant _grant;
    private readonly Observer _observer;
    private readonly int _startedAt;
    private int _size;
    private int _demand;
    private int _nextRenewal;
    private (GrantRequest Request, long SentAt, DateTimeOffset SentAtUtc, int ArrivesAt)? _sent;
    private (GrantAnswer Answer, long SentAt, DateTimeOffset SentAtUtc, int ArrivesAt)? _answered;
    private (GrantAnswer Answer, List<OtherGrant> Expired, int ArrivesAt)? _counting;
    private bool _hasAnswer;
    private bool _hasControl;

    internal SimulatedInstance(SimulatedWorld world, int number)
    {
        _world = world;
        _startedAt = world.Now;
        Id = number.ToString("x10", CultureInfo.InvariantCulture);
        _clock = new SkewedClock(() => world.Seconds, 0.92 + (0.16 * world.Random.NextDouble()), world.Random.NextDouble() * 1000);
        _observer = new Observer(_clock, TimeSpan.FromMilliseconds(world.Settings.TimeToLive));
        _grant = new Grant(_clock, TimeSpan.FromMilliseconds(world.Settings.TimeToLive), world.Settings.Guaranteed, world.Settings.Hidden - 1);
    }

    internal string Id { get; }

    /// <summary>Gets or sets until when the process stands still.</summary>
    internal int FrozenUntil { get; set; }

    /// <summary>Gets or sets until when no request arrives.</summary>
    internal int CutOffUntil { get; set; }

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

    /// <summary>The server ends idle sessions.</summary>
    internal void End(int count)
    {
        var ended = Math.Min(count, Sessions - Busy);
        Sessions -= ended;
        Broken += ended;
    }

    internal void Tick()
    {
        if (_world.Now < FrozenUntil)
        {
            return;
        }

        Move();
        Receive();
        if (_sent is null && _answered is null && _counting is null && _world.Now >= _nextRenewal)
        {
            Send(census: null);
            _grant.RecordAwake();
        }

        if (!_hasAnswer && _world.Now - _startedAt > _world.Settings.TimeToLive * 2)
        {
            _grant.BeginAlone();
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
            _demand = random.Next(3) switch { 0 => 0, 1 => random.Next(_world.Settings.Guaranteed * 2), _ => _world.Settings.MaxConnections };
        }

        // What began before ends now, also after the process stood still: the server accepts it first.
        var opened = random.Next(Opening + 1);
        Opening -= opened;
        Sessions += opened;
        Busy = Math.Min(Sessions, random.Next(4) == 0 ? Sessions : random.Next(Sessions + 1));
        Broken -= random.Next(Broken + 1);
        if (Used > _size || Used > _demand)
        {
            Sessions -= Math.Min(Sessions - Busy, Used - Math.Min(_size, Math.Max(_demand, 0)));
        }

        while (Used < _demand && Used < (_world.Fault == PlantedFault.UsesExpiredGrants ? _size : Math.Min(_size, _grant.Read())) && Opening < _grant.MaxOpening)
        {
            Opening++;
        }
    }

    private void Send(GrantCensus? census)
    {
        _size = _world.Fault == PlantedFault.UsesExpiredGrants ? _size : _grant.Read();
        _nextRenewal = _world.Now + 250;
        var request = new GrantRequest
        {
            Id = Id,
            FirstSequence = _clock.GetTimestamp(),
            Offer = (_world.Fault == PlantedFault.OffersWhatItUses ? Math.Min(_size, _demand) : Math.Max(_size, Used)) + 1,
            Demand = _demand + 1,
            Hidden = _world.Fault == PlantedFault.ForgetsOpens ? 0 : _world.Settings.Hidden,
            Census = census,
        };
        _sent = (request, _clock.GetTimestamp(), _clock.GetUtcNow(), _world.Now + _world.Random.Next(60));
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
                    _answered = (answer, sent.SentAt, sent.SentAtUtc, _world.Now + _world.Random.Next(60));
                }
            }
        }

        if (_answered is { } answered && _world.Now >= answered.ArrivesAt)
        {
            _answered = null;
            _hasAnswer = true;
            _hasControl |= answered.Answer.Permits > 0;
            _grant.Accept(answered.Answer, answered.SentAt, answered.SentAtUtc);
            _size = _grant.Read();
            _observer.Record(answered.Answer);
            var expired = _world.Fault == PlantedFault.TrustsTheClockOfTheStore ? [.. answered.Answer.Others.Where(static other => other.IsExpired)] : _observer.FindExpired(answered.Answer);
            if (answered.Answer.MustCount && (answered.Answer.NeedsCensus ? _observer.IsEpochKnown() : expired.Count > 0))
            {
                _counting = (answered.Answer, expired, _world.Now + _world.Random.Next(100));
            }
        }

        if (_counting is { } counting && _world.Now >= counting.ArrivesAt && _sent is null)
        {
            _counting = null;
            Send(_world.Count(counting.Answer, counting.Expired));
        }
    }
}
