using System.Globalization;

namespace Cenote.ReadReplicas.Options;

/// <summary>The problems of a set's settings and servers.</summary>
internal static class ReplicaSetProblems
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    internal static IEnumerable<string> Of(ReplicaSetOptions options)
    {
        if (OptionProblems.NameProblem(options.Name ?? "") is not null)
        {
            yield return $"Name {OptionProblems.NameProblem(options.Name ?? "")}. Give it 1 to 200 printable characters.";
        }

        if (options.Strategy is null)
        {
            yield return "Strategy is null: choose one of ReplicaStrategy, or leave the default.";
        }

        if (options.TimeProvider is null)
        {
            yield return "TimeProvider is null: leave the default, TimeProvider.System.";
        }

        var problems = new OptionProblems();
        problems.FindDuration(nameof(options.AcquireTimeout), options.AcquireTimeout, OptionProblems.ShortestWait, OptionProblems.LongestWait);
        problems.FindDuration(nameof(options.PrimaryTimeout), options.PrimaryTimeout, TimeSpan.Zero, OptionProblems.LongestWait);
        problems.FindDuration(nameof(options.CausalReadTimeout), options.CausalReadTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        problems.FindDuration(nameof(options.ProbeInterval), options.ProbeInterval, Shortest, TimeSpan.FromHours(1));
        problems.FindDuration(nameof(options.ProbeTimeout), options.ProbeTimeout, Shortest, TimeSpan.FromMinutes(1));
        problems.FindDuration(nameof(options.SlowStartDuration), options.SlowStartDuration, TimeSpan.Zero, TimeSpan.FromHours(1));
        problems.FindDuration(nameof(options.RevokeLeasesAfter), options.RevokeLeasesAfter ?? TimeSpan.Zero, TimeSpan.Zero, OptionProblems.LongestWait);
        problems.FindNumber(nameof(options.FailureThreshold), options.FailureThreshold, 1, 100);
        problems.FindNumber(nameof(options.RecoveryThreshold), options.RecoveryThreshold, 1, 100);
        problems.FindNumber(nameof(options.MaxReadsOnPrimary), options.MaxReadsOnPrimary ?? 0, 0, 10_000);
        foreach (var problem in problems.All)
        {
            yield return problem;
        }

        if (options.MaxLag != Timeout.InfiniteTimeSpan && (options.MaxLag < options.ProbeInterval || options.MaxLag > OptionProblems.LongestWait))
        {
            yield return $"MaxLag is {Readable.Duration(options.MaxLag)}: set ProbeInterval, which is {Readable.Duration(options.ProbeInterval)}, to 1 day, or Timeout.InfiniteTimeSpan; a lag is known no better than once in a ProbeInterval.";
        }

        if (options.TokenSigningKeys is null)
        {
            yield return "TokenSigningKeys is null: leave it empty for tokens without a signature.";
        }
        else if (options.TokenSigningKeys.Any(key => key is not { Length: >= 16 and <= 1024 }))
        {
            yield return "TokenSigningKeys has a key that is null, or shorter than 16 bytes or longer than 1,024: use 32 bytes of RandomNumberGenerator.";
        }
    }

    internal static IEnumerable<string> Of(IReadOnlyList<ReplicaSetServer> servers)
    {
        var primaries = servers.Count(server => server.DeclaredRole == Cenote.ServerRole.Primary);
        if (primaries != 1)
        {
            yield return $"{primaries} servers are declared as primary: declare exactly one. Where that part is to move, the probes find out by themselves.";
        }

        foreach (var name in servers.GroupBy(server => server.Name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            yield return $"Several servers are named '{name}': give each a name of its own.";
        }

        foreach (var pool in servers.GroupBy(server => server.Pool).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            yield return $"Pool '{pool.Name}' serves several servers of the set: each needs a pool of its own.";
        }

        if (servers.Select(server => server.Pool.Provider.Factory.GetType()).Distinct().Skip(1).Any())
        {
            yield return $"The pools have different drivers ({string.Join(", ", servers.Select(server => server.Pool.Provider.DatabaseSystem).Distinct(StringComparer.Ordinal))}): the servers of a set hold the same data, in the same database.";
        }

        foreach (var server in servers.Where(server => server.Weight is < 1 or > 1000))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"The weight of server '{server.Name}' is {server.Weight}: set 1 to 1,000.");
        }

        foreach (var server in servers.Where(server => OptionProblems.NameProblem(server.Name) is not null))
        {
            yield return $"The name of a server {OptionProblems.NameProblem(server.Name)}. Give it 1 to 200 printable characters.";
        }
    }
}
