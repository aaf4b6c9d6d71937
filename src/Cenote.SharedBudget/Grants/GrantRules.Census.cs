namespace Cenote.SharedBudget.Grants;

// What follows from a count of the sessions at the server.
internal static partial class GrantRules
{
    /// <summary>Applies what the server has counted, to instances that have not renewed since.</summary>
    private static void Apply(GrantTable table, GrantCensus census, GrantSettings settings, long now)
    {
        if (census.Epoch != table.Epoch)
        {
            return;
        }

        var counted = census.Counted.ToLookup(static instance => instance.Id, StringComparer.Ordinal);
        var isContinuous = table.Age - table.CountedAt <= settings.LongestCountGap;
        table.CountedAt = table.Age;
        var members = table.Members.ToDictionary(static member => member.Id, StringComparer.Ordinal);
        foreach (var expired in census.Expired)
        {
            if (members.TryGetValue(expired.Id, out var member) && member.Sequence == expired.Sequence && member.ExpiresAt <= now)
            {
                Apply(table, member, counted[member.Id].Sum(static instance => instance.Sessions), settings, isContinuous);
            }
        }

        if (table.Strangers > 0 || table.NeedsCensus)
        {
            Meet(table, counted.Where(instance => !members.ContainsKey(instance.Key)), settings, now);
        }

        // One that the table knows from before it lost changes may have been granted more than the table says.
        table.NeedsCensus &= !table.Members.TrueForAll(static member => member.HasRenewed);
    }

    private static void Apply(GrantTable table, GrantMember member, int sessions, GrantSettings settings, bool isContinuous)
    {
        var bound = Math.Max(member.Guaranteed, sessions + Math.Max(member.Hidden, member.HasRenewed ? 0 : settings.Hidden));
        member.Reserved = member.HasRenewed ? Math.Min(member.Reserved, bound) : bound;
        member.HasRenewed = true;
        if (sessions > 0)
        {
            member.EmptySince = -1;
        }
        else if (member.HasLeft)
        {
            table.Members.Remove(member);
        }
        else if (member.EmptySince < 0 || !isContinuous)
        {
            member.EmptySince = table.Age;
        }
        else if (table.Age - member.EmptySince > settings.PlaceHold)
        {
            table.Members.Remove(member);
        }
    }

    /// <summary>
    /// Takes up instances that the table has forgotten. The sessions of others that have the name of the budget may be
    /// of a table before, or of another budget: room is left for them for a while, and nothing of theirs is ended.
    /// </summary>
    private static void Meet(GrantTable table, IEnumerable<IGrouping<string, CountedInstance>> unknown, GrantSettings settings, long now)
    {
        var families = table.Members.Select(static member => member.Family).Append(table.Family).ToHashSet(StringComparer.Ordinal);
        var strangers = 0;
        foreach (var instance in unknown)
        {
            var sessions = instance.Sum(static part => part.Sessions);
            var family = instance.FirstOrDefault(part => families.Contains(part.Family)).Family;
            if (family is null)
            {
                strangers += Math.Max(settings.Guaranteed, sessions + settings.Hidden);
            }
            else
            {
                // Without a place it still has one by its last answer.
                table.Members.Add(new GrantMember
                {
                    Id = instance.Key,
                    Family = family,
                    Reserved = Math.Max(settings.Guaranteed, sessions + settings.Hidden),
                    Guaranteed = settings.Guaranteed,
                    HasPlace = CountPlaces(table) < settings.Instances,
                    HasRenewed = true,
                    Hidden = settings.Hidden,
                    ExpiresAt = now,
                });
            }
        }

        if (table.NeedsCensus)
        {
            (table.Strangers, table.StrangersUntil) = (strangers, table.Age + settings.PlaceHold);
        }
        else
        {
            table.Strangers = Math.Min(table.Strangers, strangers);
        }
    }
}
