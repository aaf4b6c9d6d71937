using Microsoft.Extensions.Options;

namespace Cenote.Hosting;

/// <summary>Finds everything that is wrong with the options before anything starts.</summary>
internal sealed class PoolHostingOptionsValidator : IValidateOptions<PoolHostingOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, PoolHostingOptions options)
    {
        List<string> problems = [.. options.Problems];
        FindDuration(problems, nameof(options.WarmUpTimeLimit), options.WarmUpTimeLimit, TimeSpan.FromMilliseconds(1));
        FindDuration(problems, nameof(options.DrainTimeLimit), options.DrainTimeLimit, TimeSpan.Zero);
        foreach (var (pool, target) in options.WarmUpTargets.Where(static target => target.Value < 0))
        {
            problems.Add(FormattableString.Invariant($"WarmUpTargets['{pool}'] is {target}. It must be 0 to the maximum size of the pool."));
        }

        if (!Enum.IsDefined(options.WhenDatabaseIsAbsent))
        {
            problems.Add($"WhenDatabaseIsAbsent is {options.WhenDatabaseIsAbsent}. It must be one of {string.Join(", ", Enum.GetNames<AbsentDatabase>())}.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void FindDuration(List<string> problems, string setting, TimeSpan value, TimeSpan least)
    {
        if (value < least || value > Longest)
        {
            problems.Add($"{setting} is {Readable.Duration(value)}. It must be {Readable.Duration(least)} to {Readable.Duration(Longest)}.");
        }
    }
}
