using Cenote.Dashboard.Access;
using Microsoft.Extensions.Options;

namespace Cenote.Dashboard;

/// <summary>A validator of the options, before the host starts.</summary>
internal sealed class DashboardOptionsValidator : IValidateOptions<DashboardOptions>
{
    internal static readonly TimeSpan ShortestHistory = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan LongestHistory = TimeSpan.FromHours(24);

    public ValidateOptionsResult Validate(string? name, DashboardOptions options)
    {
        var problems = new OptionProblems();
        problems.FindDuration("DashboardOptions.HistoryDuration", options.HistoryDuration, ShortestHistory, LongestHistory);
        if (options.ActionPolicy is { } policy && string.IsNullOrWhiteSpace(policy))
        {
            problems.Add("DashboardOptions.ActionPolicy is empty. Name a policy, or leave it null for a read-only dashboard.");
        }

        problems.AddRange(options.AllowedOrigins.Where(static origin => OriginRule.Normalize(origin) is null)
            .Select(static origin => $"DashboardOptions.AllowedOrigins contains '{QueryReader.Shorten(origin ?? "null")}'. Give scheme, host and port alone, such as https://ops.example.com."));
        AddNulls(problems, nameof(options.Registries), options.Registries);
        AddNulls(problems, nameof(options.Pools), options.Pools);
        AddNulls(problems, nameof(options.ReplicaSets), options.ReplicaSets);
        return problems.All.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems.All);
    }

    private static void AddNulls<T>(OptionProblems problems, string setting, IList<T> list)
        where T : class
    {
        if (list.Contains(null!))
        {
            problems.Add($"DashboardOptions.{setting} contains null. Add only what exists.");
        }
    }
}
