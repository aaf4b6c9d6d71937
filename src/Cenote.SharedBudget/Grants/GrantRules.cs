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
/// live later.</item>
/// </list>
/// </remarks>
internal static class GrantRules
{
    /// <summary>How long the place of an expired instance without sessions is kept for it.</summary>
    internal const long PlaceHold = 60_000;

    /// <summary>How long the other instances leave the counting to one, in milliseconds.</summary>
    private const long CountingTurn = 100;

    /// <summary>Renews the grant of an instance.</summary>
    /// <param name="table">The table, which is changed.</param>
    /// <param name="request">What the instance asks.</param>
    /// <param name="settings">The settings of the budget.</param>
    /// <param name="now">The time on the clock of the store, in milliseconds.</param>
    /// <param name="epoch">The life of the store: another one may have lost changes.</param>
    internal static GrantAnswer Renew(GrantTable table, GrantRequest request, GrantSettings settings, long now, string epoch)
    {
        Follow(table, settings, now, epoch);
        if (request.Census is { } census)
        {
            Apply(table, census, settings, now);
        }

        var member = Find(table, request, settings);
        if (request.IsLeaving)
        {
            table.Members.Remove(member);
            return GrantAnswer.None;
        }

        if (table.NeedsCensus)
        {
            // What was recorded may be wrong. What the instance says is right, because it keeps to its last grant.
            member.Reserved = Math.Max(member.Guaranteed, request.Offer);
        }
        else
        {
            member.Reserved = Math.Max(member.Guaranteed, Math.Min(member.Reserved, request.Offer));
        }

        member.Sequence++;
        member.Demand = request.Demand;
        member.Hidden = request.Hidden;
        member.ExpiresAt = now + settings.TimeToLive;

        var (share, isContended) = FairShares.Find(table, settings, now, member);
        if (!table.NeedsCensus)
        {
            member.Reserved += Math.Clamp(share - member.Reserved, 0, Math.Max(0, Free(table, settings)));
        }

        var mustCount = table.CountingUntil <= now && (table.NeedsCensus || table.Members.Exists(other => IsCountable(other, now)));
        if (mustCount)
        {
            table.CountingUntil = now + CountingTurn;
        }

        return new GrantAnswer
        {
            Permits = Math.Min(member.Reserved, share),
            Guaranteed = member.Guaranteed,
            IsShort = share > member.Reserved,
            IsContended = isContended,
            NeedsCensus = table.NeedsCensus,
            MustCount = mustCount,
            Live = table.Members.Count(other => other.ExpiresAt > now),
            Others = [.. table.Members.Where(other => other != member).Select(other => new OtherGrant(other.Id, other.Sequence, other.Guaranteed, other.ExpiresAt <= now))],
            Epoch = table.Epoch,
        };
    }

    /// <summary>
    /// Returns the sum of what is reserved: of all instances, and for instances that have not come yet.
    /// </summary>
    internal static int CountReserved(GrantTable table, GrantSettings settings) =>
        table.Members.Sum(static member => member.Reserved) + KeptForNewcomers(table, settings);

    /// <summary>Returns what is kept for instances that have not come yet.</summary>
    internal static int KeptForNewcomers(GrantTable table, GrantSettings settings) =>
        (settings.Guaranteed * Math.Max(0, settings.Instances - table.Members.Count(static member => member.HasPlace))) + settings.StartReserve;

    private static int Free(GrantTable table, GrantSettings settings) => settings.MaxConnections - CountReserved(table, settings);

    private static bool IsCountable(GrantMember member, long now) =>
        member.ExpiresAt <= now && (member.Reserved > Math.Max(member.Guaranteed, member.Hidden) || now - member.ExpiresAt > PlaceHold);

    /// <summary>Follows the clock and the life of the store.</summary>
    private static void Follow(GrantTable table, GrantSettings settings, long now, string epoch)
    {
        if (table.Epoch != epoch)
        {
            table.Epoch = epoch;
            table.NeedsCensus = true;
            table.CountingUntil = 0;
            table.Members.ForEach(member => member.ExpiresAt = now + settings.TimeToLive);
        }
        else if (now < table.Now)
        {
            table.Members.ForEach(member => member.ExpiresAt = Math.Min(member.ExpiresAt, now + settings.TimeToLive));
            table.CountingUntil = 0;
        }

        table.Now = now;
    }

    private static GrantMember Find(GrantTable table, GrantRequest request, GrantSettings settings)
    {
        var member = table.Members.Find(other => other.Id == request.Id);
        if (member is null)
        {
            // It has nothing yet that was not kept for it, or it is known again after the store lost it.
            member = new GrantMember { Id = request.Id, Sequence = request.FirstSequence };
            table.Members.Add(member);
        }

        if (!member.HasPlace && table.Members.Count(static other => other.HasPlace) < settings.Instances)
        {
            member.HasPlace = true;
            member.Guaranteed = settings.Guaranteed;
            member.Reserved = Math.Max(member.Reserved, settings.Guaranteed);
        }

        return member;
    }

    /// <summary>Applies what the server has counted, to instances that have not renewed since.</summary>
    private static void Apply(GrantTable table, GrantCensus census, GrantSettings settings, long now)
    {
        if (census.Epoch != table.Epoch)
        {
            return;
        }

        foreach (var expired in census.Expired)
        {
            var member = table.Members.Find(other => other.Id == expired.Id);
            if (member is null || member.Sequence != expired.Sequence || member.ExpiresAt > now)
            {
                continue;
            }

            var sessions = census.Sessions.GetValueOrDefault(member.Id);
            var bound = Math.Max(member.Guaranteed, sessions + member.Hidden);
            member.Reserved = table.NeedsCensus ? bound : Math.Min(member.Reserved, bound);
            if (sessions == 0 && now - member.ExpiresAt > PlaceHold)
            {
                table.Members.Remove(member);
            }
        }

        if (!table.NeedsCensus)
        {
            return;
        }

        foreach (var (id, sessions) in census.Sessions.Where(counted => !table.Members.Exists(member => member.Id == counted.Key)))
        {
            var hasPlace = table.Members.Count(static member => member.HasPlace) < settings.Instances;
            var guaranteed = hasPlace ? settings.Guaranteed : 0;
            table.Members.Add(new GrantMember
            {
                Id = id,
                Reserved = Math.Max(guaranteed, sessions + settings.Hidden),
                Guaranteed = guaranteed,
                HasPlace = hasPlace,
                Hidden = settings.Hidden,
                ExpiresAt = now,
            });
        }

        table.NeedsCensus = false;
    }
}
