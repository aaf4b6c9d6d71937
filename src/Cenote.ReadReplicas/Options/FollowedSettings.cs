namespace Cenote.ReadReplicas.Options;

/// <summary>
/// The settings that a running set can follow, one row each. Its parts read them from the same options each time they
/// need them, so that a change needs no more than an assignment.
/// </summary>
internal static class FollowedSettings
{
    private static readonly (string Name, Func<ReplicaSetOptions, object?> Read, Action<ReplicaSetOptions, ReplicaSetOptions> Copy)[] s_rows =
    [
        (nameof(ReplicaSetOptions.Strategy), static options => options.Strategy, static (to, from) => to.Strategy = from.Strategy),
        (nameof(ReplicaSetOptions.AcquireTimeout), static options => options.AcquireTimeout, static (to, from) => to.AcquireTimeout = from.AcquireTimeout),
        (nameof(ReplicaSetOptions.PrimaryTimeout), static options => options.PrimaryTimeout, static (to, from) => to.PrimaryTimeout = from.PrimaryTimeout),
        (nameof(ReplicaSetOptions.CausalReadTimeout), static options => options.CausalReadTimeout, static (to, from) => to.CausalReadTimeout = from.CausalReadTimeout),
        (nameof(ReplicaSetOptions.ProbeInterval), static options => options.ProbeInterval, static (to, from) => to.ProbeInterval = from.ProbeInterval),
        (nameof(ReplicaSetOptions.ProbeTimeout), static options => options.ProbeTimeout, static (to, from) => to.ProbeTimeout = from.ProbeTimeout),
        (nameof(ReplicaSetOptions.FailureThreshold), static options => options.FailureThreshold, static (to, from) => to.FailureThreshold = from.FailureThreshold),
        (nameof(ReplicaSetOptions.RecoveryThreshold), static options => options.RecoveryThreshold, static (to, from) => to.RecoveryThreshold = from.RecoveryThreshold),
        (nameof(ReplicaSetOptions.SlowStartDuration), static options => options.SlowStartDuration, static (to, from) => to.SlowStartDuration = from.SlowStartDuration),
        (nameof(ReplicaSetOptions.MaxLag), static options => options.MaxLag, static (to, from) => to.MaxLag = from.MaxLag),
        (nameof(ReplicaSetOptions.MaxReadsOnPrimary), static options => options.MaxReadsOnPrimary, static (to, from) => to.MaxReadsOnPrimary = from.MaxReadsOnPrimary),
        (nameof(ReplicaSetOptions.RevokeLeasesAfter), static options => options.RevokeLeasesAfter, static (to, from) => to.RevokeLeasesAfter = from.RevokeLeasesAfter),
    ];

    /// <summary>Gets the names of the settings.</summary>
    internal static IEnumerable<string> Names => s_rows.Select(static row => row.Name);

    /// <summary>Copies what has changed. A reader sees the old or the new value of each setting.</summary>
    /// <returns>Each change in words.</returns>
    internal static IReadOnlyList<string> Apply(ReplicaSetOptions running, ReplicaSetOptions changed)
    {
        List<string> changes = [];
        foreach (var (name, read, copy) in s_rows)
        {
            var (before, after) = (read(running), read(changed));
            if (!Equals(before, after))
            {
                changes.Add($"{name} from {Text(before)} to {Text(after)}");
                copy(running, changed);
            }
        }

        return changes;
    }

    /// <summary>Finds changes that only a new set can apply.</summary>
    internal static IEnumerable<string> FindFixedChanges(ReplicaSetOptions running, ReplicaSetOptions changed)
    {
        if (running.Name != changed.Name)
        {
            yield return nameof(running.Name);
        }

        if (!running.TokenSigningKeys.SequenceEqual(changed.TokenSigningKeys, ByteArrays.Instance))
        {
            yield return nameof(running.TokenSigningKeys);
        }

        if (running.TimeProvider != changed.TimeProvider)
        {
            yield return nameof(running.TimeProvider);
        }

        if (running.LoggerFactory != changed.LoggerFactory)
        {
            yield return nameof(running.LoggerFactory);
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "none",
        TimeSpan duration => duration == Timeout.InfiniteTimeSpan ? "infinite" : Readable.Duration(duration),
        int number => FormattableString.Invariant($"{number}"),
        _ => value.GetType().Name,
    };

    private sealed class ByteArrays : IEqualityComparer<byte[]>
    {
        internal static readonly ByteArrays Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => obj.Length;
    }
}
