using System.Diagnostics;
using Cenote.Statistics;

namespace Cenote.Leasing;

/// <summary>
/// Traces of the rents that were not served at once, one activity each. It is created when the rent is over, with the
/// rent's times. Nothing runs inside of it, so it is not needed before, and the caller's own activity stays current.
/// </summary>
internal sealed class RentTraces(PoolSettings settings, PoolLabels labels)
{
    private static readonly ActivitySource Source = new(new ActivitySourceOptions(PoolTelemetry.ActivitySourceName)
    {
        Version = TelemetryScope.Version,
        TelemetrySchemaUrl = TelemetryScope.SchemaUrl,
    });

    private string? _displayName;

    internal static bool IsEnabled => Source.HasListeners();

    /// <summary>
    /// Follows a rent to its end. A rent that was served at once leaves no trace. An open may end before the check, and
    /// was waited for all the same.
    /// </summary>
    internal ValueTask<ConnectionLease> Follow(ValueTask<ConnectionLease> rent, DateTimeOffset startedAt)
    {
        if (!rent.IsCompletedSuccessfully)
        {
            return FollowAsync(rent, startedAt);
        }

        var lease = rent.Result;
        if (IsNew(lease))
        {
            TryRecord(startedAt, lease, failure: null);
        }

        return new ValueTask<ConnectionLease>(lease);
    }

    /// <summary>Returns whether it is the first lease of its connection.</summary>
    internal static bool IsNew(in ConnectionLease lease) => lease.Slot is { } slot && slot.Age.LeasesBefore + 1 == SlotWord.LeasesOf(lease.Ticket);

    /// <summary>Records the activity of a rent that is over.</summary>
    /// <param name="startedAt">The start of the rent.</param>
    /// <param name="lease">The lease, if it succeeded.</param>
    /// <param name="failure">The failure, if it did not.</param>
    internal void TryRecord(DateTimeOffset startedAt, in ConnectionLease lease, Exception? failure)
    {
        try
        {
            Record(startedAt, lease, failure);
        }
        catch (Exception)
        {
            // A listener's exception must not cost the caller its connection.
        }
    }

    private async ValueTask<ConnectionLease> FollowAsync(ValueTask<ConnectionLease> rent, DateTimeOffset startedAt)
    {
        try
        {
            var lease = await rent.ConfigureAwait(false);
            TryRecord(startedAt, lease, failure: null);
            return lease;
        }
        catch (Exception exception)
        {
            TryRecord(startedAt, default, exception);
            throw;
        }
    }

    private void Record(DateTimeOffset startedAt, in ConnectionLease lease, Exception? failure)
    {
        var endedAt = settings.Clock.UtcNow;
        var outcome = failure is null ? RentOutcome.Queued : RentOutcome.Of(failure);
        List<KeyValuePair<string, object?>> tags =
        [
            .. labels.Tags,
            new(RentOutcome.Attribute, outcome),
            new("cenote.rent.wait", Math.Max(0, (endedAt - startedAt).TotalSeconds)),
        ];
        if (lease.IsValid)
        {
            tags.Add(new("cenote.rent.connection", IsNew(lease) ? "new" : "reused"));
        }

        if (failure is not null)
        {
            tags.Add(new(TelemetryTags.ErrorType, outcome));
        }

        // A sampler gets all known tags.
        using var activity = Source.StartActivity("cenote.rent", ActivityKind.Internal, parentContext: default, tags, links: null, startedAt);
        if (activity is null)
        {
            return;
        }

        activity.DisplayName = _displayName ??= $"rent {labels.PoolName}";
        activity.SetEndTime(endedAt.UtcDateTime);
        if (failure is not null && outcome != RentOutcome.Cancelled)
        {
            activity.SetStatus(ActivityStatusCode.Error, failure.Message);
        }
    }
}
