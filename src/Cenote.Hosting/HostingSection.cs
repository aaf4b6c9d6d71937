using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cenote.Hosting;

/// <summary>
/// Reads <c>Cenote:Hosting</c>, which comes after what the code says, as with the pools. Key by key instead of by a binder, which stops at the first text that it cannot convert, knows no
/// strangers and takes 30 for thirty days: here every problem is noted, and reported with all others.
/// </summary>
internal sealed class HostingSection(IServiceProvider services) : IPostConfigureOptions<PoolHostingOptions>
{
    private static readonly string[] TimeFormats = [@"h\:m\:s", @"h\:m\:s\.FFFFFFF"];

    public void PostConfigure(string? name, PoolHostingOptions options)
    {
        if (services.GetService<IConfiguration>()?.GetSection(PoolHostingOptions.Section) is not { } section)
        {
            return;
        }

        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            options.Problems.Add($"{section.Path} is a text. It must be a section with settings.");
        }

        foreach (var setting in section.GetChildren())
        {
            Read(setting, options);
        }
    }

    private static void Read(IConfigurationSection setting, PoolHostingOptions options)
    {
        if (Is(nameof(options.WarmUpTimeLimit)))
        {
            options.WarmUpTimeLimit = Duration(setting, options) ?? options.WarmUpTimeLimit;
        }
        else if (Is(nameof(options.DrainTimeLimit)))
        {
            options.DrainTimeLimit = Duration(setting, options) ?? options.DrainTimeLimit;
        }
        else if (Is(nameof(options.WhenDatabaseIsAbsent)))
        {
            options.WhenDatabaseIsAbsent = Choice(setting, options) ?? options.WhenDatabaseIsAbsent;
        }
        else if (Is(nameof(options.WarmUpTargets)))
        {
            if (!string.IsNullOrWhiteSpace(setting.Value))
            {
                options.Problems.Add($"{setting.Path} is a text. It must be a section with a number for each pool.");
            }

            foreach (var target in setting.GetChildren())
            {
                options.WarmUpTargets[target.Key] = Number(target, options) ?? 0;
            }
        }
        else
        {
            options.Problems.Add($"{setting.Path} is not a setting. The settings are {nameof(options.DrainTimeLimit)}, {nameof(options.WarmUpTargets)}, {nameof(options.WarmUpTimeLimit)}, {nameof(options.WhenDatabaseIsAbsent)}.");
        }

        bool Is(string name) => string.Equals(setting.Key, name, StringComparison.OrdinalIgnoreCase);
    }

    // What TimeSpan.Parse makes of other texts is not what whoever wrote them meant: 30 is thirty days, 00:30 half an hour.
    private static TimeSpan? Duration(IConfigurationSection setting, PoolHostingOptions options) =>
        TimeSpan.TryParseExact(setting.Value, TimeFormats, CultureInfo.InvariantCulture, out var time)
            ? time
            : Refuse<TimeSpan>(setting, options, "a time, hours:minutes:seconds, such as 00:00:15");

    private static int? Number(IConfigurationSection setting, PoolHostingOptions options) =>
        int.TryParse(setting.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : Refuse<int>(setting, options, "a whole number of connections");

    private static AbsentDatabase? Choice(IConfigurationSection setting, PoolHostingOptions options)
    {
        var names = Enum.GetNames<AbsentDatabase>();
        return names.FirstOrDefault(name => string.Equals(name, setting.Value, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Enum.Parse<AbsentDatabase>(found)
            : Refuse<AbsentDatabase>(setting, options, $"one of {string.Join(", ", names)}");
    }

    private static T? Refuse<T>(IConfigurationSection setting, PoolHostingOptions options, string expected)
        where T : struct
    {
        options.Problems.Add($"{setting.Path} is '{setting.Value}'. It must be {expected}.");
        return null;
    }
}
