using Microsoft.Extensions.Options;

namespace Cenote.Hosting;

/// <summary>A validator of the options, before the host starts.</summary>
internal sealed class PoolHostingOptionsValidator : IValidateOptions<PoolHostingOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, PoolHostingOptions options)
    {
        var problems = new OptionProblems();
        problems.AddRange(options.Problems);
        problems.FindDuration(nameof(options.WarmUpTimeout), options.WarmUpTimeout, OptionProblems.ShortestWait, Longest);
        problems.FindDuration(nameof(options.DrainTimeout), options.DrainTimeout, TimeSpan.Zero, Longest);
        foreach (var (pool, target) in options.WarmUpTargets.Where(static target => target.Value < 0))
        {
            problems.Add(FormattableString.Invariant($"WarmUpTargets['{pool}'] is {target}. It must be 0 to the maximum size of the pool."));
        }

        problems.FindChoice(nameof(options.DatabaseUnavailableBehavior), options.DatabaseUnavailableBehavior);
        return problems.All.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems.All);
    }
}
