namespace Cenote.SharedBudget.Grants;

// What follows where an instance has other settings than those of the table.
internal static partial class GrantRules
{
    private static bool HasLive(GrantTable table, long now) => table.Members.Exists(member => member.ExpiresAt > now);

    /// <summary>
    /// Returns whether the instance has the settings of the others. Its own rule where all have left, or none of them
    /// has come for so long that a place would be lost: a store that was silent, or whose clock jumped, has only made
    /// them late. What they have reserved stays until the sessions are counted.
    /// </summary>
    private static bool TryAgree(GrantTable table, GrantSettings settings, long now, string life)
    {
        var fingerprint = settings.Fingerprint;
        if (table.Settings == fingerprint)
        {
            table.OthersSince = -1;
            return true;
        }

        if (table.Settings.Length > 0)
        {
            if (!table.Members.TrueForAll(static member => member.HasLeft) && !HaveGone(table, settings, now))
            {
                return false;
            }

            table.Members.RemoveAll(member => member.HasLeft || (IsWatched(table, life) && HasLostPlace(table, member, settings)));
            table.Id = "";
        }

        (table.Settings, table.OthersSince) = (fingerprint, -1);
        return true;
    }

    private static bool HaveGone(GrantTable table, GrantSettings settings, long now)
    {
        if (HasLive(table, now))
        {
            return false;
        }

        table.Age += Math.Clamp(now - table.Now, 0, settings.TimeToLive / 2);
        table.Now = now;
        table.OthersSince = table.OthersSince < 0 ? table.Age : table.OthersSince;
        var (waited, hold) = (table.Age - table.OthersSince, FindLongestHold(table, settings));

        // The counts began a little later. With their end the places are free.
        var isCounting = table.Members.Exists(member => member.EmptySince >= 0 && !HasLostPlace(table, member, settings));
        return waited > hold && (!isCounting || waited > hold + FindCountGap(table, settings));
    }

    /// <summary>
    /// Answers an instance whose settings are others. It counts the sessions of instances that may have gone.
    /// </summary>
    private static GrantAnswer Reject(GrantTable table, GrantRequest request, GrantSettings settings, long now, string life)
    {
        var mayFollow = !HasLive(table, now);
        var mayCount = mayFollow && IsWatched(table, life);
        if (mayCount && request.Census is { } census && census.Epoch == table.Epoch)
        {
            Watch(table, census, settings, now);
        }

        var mustCount = mayCount && table.CountingUntil <= now && table.Age - table.CountedAt > CountInterval;
        if (mustCount)
        {
            // In the session of StartReserve, so one at a time.
            table.CountingUntil = now + settings.TimeToLive;
        }

        return new GrantAnswer
        {
            Others = [.. table.Members.Select(member => new OtherGrant(member.Id, member.Sequence, member.Guaranteed, member.ExpiresAt <= now))],
            Epoch = table.Epoch,
            Family = table.Family,
            OtherSettings = table.Settings,
            MayFollow = mayFollow,
            MustCount = mustCount,
        };
    }

    /// <summary>Records which instances have no session. What is reserved for them stays as it is.</summary>
    private static void Watch(GrantTable table, GrantCensus census, GrantSettings settings, long now)
    {
        var isContinuous = table.Age - table.CountedAt <= FindCountGap(table, settings);
        table.CountedAt = table.Age;
        foreach (var expired in census.Expired)
        {
            if (table.Members.Find(member => member.Id == expired.Id) is { } member && member.Sequence == expired.Sequence && member.ExpiresAt <= now)
            {
                var hasSessions = census.Counted.Any(instance => instance.Id == member.Id && instance.Sessions > 0);
                member.EmptySince = hasSessions ? -1 : member.EmptySince < 0 || !isContinuous ? table.Age : member.EmptySince;
            }
        }
    }

    /// <summary>Returns whether the counts are of the life in which the table was written: another one may have lost
    /// renewals.</summary>
    private static bool IsWatched(GrantTable table, string life) => table.Epoch == $"{life}/{table.Id}";

    /// <summary>Returns whether counts in an unbroken row have found no session of an instance for long enough, by both
    /// settings.</summary>
    private static bool HasLostPlace(GrantTable table, GrantMember member, GrantSettings settings) =>
        member.EmptySince >= 0 && table.Age - member.EmptySince > FindLongestHold(table, settings) && table.Age - table.CountedAt <= FindCountGap(table, settings);

    private static long FindLongestHold(GrantTable table, GrantSettings settings) => Math.Max(settings.PlaceHold, GrantSettings.FindPlaceHold(table.Settings));

    private static long FindCountGap(GrantTable table, GrantSettings settings) => Math.Min(settings.LongestCountGap, GrantSettings.FindCountGap(table.Settings));
}
