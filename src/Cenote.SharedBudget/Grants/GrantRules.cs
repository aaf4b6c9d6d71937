namespace Cenote.SharedBudget.Grants;

/// <summary>
/// Who may have how many connections. Pure: the table of the instances and a request go in, the next table and an
/// answer come out. A store applies the change only if the table is still the one that was read.
/// </summary>
/// <remarks>
/// <para>The sum of <see cref="GrantMember.Reserved"/>, and of what is kept for instances that have not come yet, never
/// grows above the budget. A reservation is never less than the sessions that the instance has at the server:</para>
/// <list type="number">
/// <item>It shrinks for a live instance only to what that instance has offered, and uses no more of.</item>
/// <item>It shrinks for an expired instance only to what the server has counted since then, and the opens that the
/// server does not count yet. The instance that counts has seen no renewal for a time to live on its own clock, too:
/// the clock of the store may jump.</item>
/// <item>A table that may have lost changes (a new epoch) lets nothing grow until all sessions were counted, a time to
/// live later, and each instance that it knows has renewed or is expired.</item>
/// <item>An instance that the table does not know has what it says: nothing, or what another table granted it.</item>
/// </list>
/// </remarks>
internal static partial class GrantRules
{
    /// <summary>How long the other instances leave the counting to one, in milliseconds.</summary>
    private const long CountingTurn = 100;

    /// <summary>How often sessions of expired instances are counted, in milliseconds.</summary>
    private const long CountInterval = 1000;

    /// <summary>Renews the grant of an instance.</summary>
    /// <param name="table">The table, which is changed, unless the settings of the instance are others.</param>
    /// <param name="request">What the instance asks.</param>
    /// <param name="settings">The settings of the budget.</param>
    /// <param name="now">The time on the clock of the store, in milliseconds.</param>
    /// <param name="life">The life of the store: another one may have lost changes.</param>
    internal static GrantAnswer Renew(GrantTable table, GrantRequest request, GrantSettings settings, long now, string life)
    {
        if (!TryAgree(table, settings, now, life))
        {
            return Reject(table, request, settings, now, life);
        }

        Follow(table, request, settings, now, life);
        if (request.Census is { } census)
        {
            Apply(table, census, settings, now);
        }

        var member = Find(table, request);
        if (request.IsLeaving)
        {
            Leave(table, member, request, settings, now);
            return GrantAnswer.None;
        }

        Record(table, member, request, settings, now);
        var (share, isContended) = FairShares.Find(table, settings, now, member);
        var free = settings.MaxConnections - CountReserved(table, settings);
        if (!table.NeedsCensus)
        {
            var growth = Math.Clamp(share - member.Reserved, 0, Math.Max(0, free));
            member.Reserved += growth;
            free -= growth;
        }

        return Answer(table, member, request, share, isContended, free, settings, now);
    }

    /// <summary>
    /// Returns the sum of what is reserved: of all instances, and for instances that have not come yet.
    /// </summary>
    internal static int CountReserved(GrantTable table, GrantSettings settings)
    {
        var (sum, places) = (0, 0);
        foreach (var member in table.Members)
        {
            sum += member.Reserved;
            places += member.HasPlace ? 1 : 0;
        }

        return sum + KeptForNewcomers(places, settings) + table.Strangers;
    }

    /// <summary>Returns what is kept for instances that have not come yet.</summary>
    internal static int KeptForNewcomers(int places, GrantSettings settings) =>
        (settings.Guaranteed * Math.Max(0, settings.Instances - places)) + settings.StartReserve;

    private static int CountPlaces(GrantTable table)
    {
        var places = 0;
        foreach (var member in table.Members)
        {
            places += member.HasPlace ? 1 : 0;
        }

        return places;
    }

    /// <summary>Follows the clock, and the life of the store and of the table.</summary>
    private static void Follow(GrantTable table, GrantRequest request, GrantSettings settings, long now, string life)
    {
        table.Id = table.Id.Length > 0 ? table.Id : request.NewTableId;
        table.Family = table.Family.Length > 0 ? table.Family : request.Family;
        var epoch = $"{life}/{table.Id}";
        if (table.Epoch != epoch)
        {
            (table.Epoch, table.NeedsCensus, table.CountingUntil, table.Strangers) = (epoch, true, 0, 0);
            foreach (var member in table.Members)
            {
                (member.ExpiresAt, member.HasRenewed, member.EmptySince) = (now + settings.TimeToLive, false, -1);
            }
        }
        else if (now < table.Now)
        {
            table.Members.ForEach(member => member.ExpiresAt = Math.Min(member.ExpiresAt, now + settings.TimeToLive));
            table.CountingUntil = 0;
        }
        else
        {
            table.Age += Math.Min(now - table.Now, settings.TimeToLive / 2);
        }

        table.Now = now;
        if (table.Age > table.StrangersUntil)
        {
            table.Strangers = 0;
        }
    }

    private static GrantMember Find(GrantTable table, GrantRequest request)
    {
        var member = table.Members.Find(other => other.Id == request.Id);
        if (member is null)
        {
            member = new GrantMember { Id = request.Id, Sequence = request.FirstSequence };
            table.Members.Add(member);
        }

        return member;
    }

    /// <summary>
    /// Gives the place and the connections back. The session that does so is closed afterwards: its one stays taken
    /// until the server has been seen without it.
    /// </summary>
    private static void Leave(GrantTable table, GrantMember member, GrantRequest request, GrantSettings settings, long now)
    {
        var offer = OfferOf(request, settings);
        if (offer == 0)
        {
            table.Members.Remove(member);
            return;
        }

        (member.HasPlace, member.Guaranteed, member.Hidden, member.Demand) = (false, 0, 0, 0);
        (member.Family, member.Reserved, member.HasRenewed, member.ExpiresAt) = (request.Family, offer, true, now);
        member.Sequence++;
    }

    /// <summary>
    /// Returns how many connections an instance has beside the one that is kept for the session of an instance with
    /// nothing else.
    /// </summary>
    private static int OfferOf(GrantRequest request, GrantSettings settings) =>
        request.IsBare ? Math.Max(0, request.Offer - settings.StartReserve) : request.Offer;

    /// <summary>Returns whether an instance has a place.</summary>
    private static bool FindPlace(GrantTable table, GrantMember member, GrantRequest request, GrantSettings settings)
    {
        if (table.NeedsCensus)
        {
            // Before the count, an instance has a place that had one: a newcomer may be one too many, and what a
            // store with older data says of a place may be over.
            return request.HadPlace || (member.HasPlace && member.HasRenewed && request.IsBacked);
        }

        return member.HasPlace
            // It uses nothing, so that a place that was given twice is the other's.
            ? request.IsBacked || !IsOver(table, settings)
            : CountPlaces(table) < settings.Instances && (request.HadPlace || !IsOver(table, settings));
    }

    private static bool IsOver(GrantTable table, GrantSettings settings) => CountReserved(table, settings) > settings.MaxConnections;

    private static void Record(GrantTable table, GrantMember member, GrantRequest request, GrantSettings settings, long now)
    {
        member.HasPlace = FindPlace(table, member, request, settings);
        member.Guaranteed = member.HasPlace ? settings.Guaranteed : 0;

        // Where the table does not know better, what the instance says is right, because it keeps to its last grant.
        var isKnown = member.HasRenewed && !table.NeedsCensus;
        var offer = OfferOf(request, settings);
        member.Reserved = Math.Max(member.Guaranteed, isKnown ? Math.Min(member.Reserved, offer) : offer);
        member.HasRenewed = true;
        member.Family = request.HasFamily ? request.Family : table.Family;
        member.Sequence++;
        member.Demand = request.Demand;
        member.Hidden = request.Hidden;
        member.ExpiresAt = now + settings.TimeToLive;
        member.EmptySince = -1;
    }

    /// <summary>Returns how many of its connections an instance may use.</summary>
    private static int FindPermits(GrantTable table, GrantMember member, GrantRequest request, int share, int free)
    {
        if (table.NeedsCensus)
        {
            // Nothing new before the count: an instance that stood still for long may have lost what it says.
            return request.IsBacked ? Math.Min(member.Reserved, share) : 0;
        }

        // An instance that the table did not know may have more than was free. It closes what is too much.
        return Math.Max(Math.Min(member.Reserved, member.Guaranteed), Math.Min(member.Reserved + Math.Min(0, free), share));
    }

    /// <summary>Returns whether another live instance has a session of its own, in which it can count.</summary>
    private static bool CanOtherCount(GrantTable table, GrantMember member, GrantRequest request, int free, GrantSettings settings, long now) =>
        table.Members.Exists(other => other != member && other.ExpiresAt > now && other.HasPlace)
        || table.Members.Exists(other => other != member && other.ExpiresAt > now && FindPermits(table, other, request, FairShares.Find(table, settings, now, other).Share, free) > 0);

    private static GrantAnswer Answer(GrantTable table, GrantMember member, GrantRequest request, int share, bool isContended, int free, GrantSettings settings, long now)
    {
        var others = new List<OtherGrant>(table.Members.Count);
        var permits = FindPermits(table, member, request, share, free);
        var (live, places, mustCount) = (0, 0, table.Strangers > 0 && table.Age - table.CountedAt > CountInterval);
        foreach (var other in table.Members)
        {
            var isExpired = other.ExpiresAt <= now;
            live += isExpired ? 0 : 1;
            places += other.HasPlace ? 1 : 0;
            mustCount |= isExpired && (other.Reserved > Math.Max(other.Guaranteed, other.Hidden) || table.Age - table.CountedAt > CountInterval);
            if (other != member)
            {
                others.Add(new OtherGrant(other.Id, other.Sequence, other.Guaranteed, isExpired));
            }
        }

        // The session that counts is the instance's own. For a new table, or where no instance has one, it is that of
        // StartReserve, so one at a time.
        mustCount = table.CountingUntil <= now
            && (table.NeedsCensus ? request.KnownEpoch == table.Epoch : mustCount && (permits > 0 || !CanOtherCount(table, member, request, free, settings, now)));
        if (mustCount)
        {
            table.CountingUntil = now + (table.NeedsCensus || permits == 0 ? settings.TimeToLive : CountingTurn);
        }

        return new GrantAnswer
        {
            Permits = permits,
            Guaranteed = member.Guaranteed,
            IsShort = share > member.Reserved,
            IsContended = isContended,
            NeedsCensus = table.NeedsCensus,
            MustCount = mustCount,
            Live = live,
            Places = places,
            Strangers = table.Strangers,
            Others = others,
            Epoch = table.Epoch,
            Family = table.Family,
        };
    }
}
