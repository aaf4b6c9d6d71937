using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cenote.Hosting;

/// <summary>
/// A reader of <c>Cenote:Hosting</c>, which overrides code, as with the pools. It reads key by key instead of with a
/// binder, which stops at the first invalid text, ignores unknown keys and reads 30 as thirty days. Here every problem
/// is recorded and reported.
/// </summary>
internal sealed class HostingSection(IServiceProvider services) : IPostConfigureOptions<PoolHostingOptions>
{
    public void PostConfigure(string? name, PoolHostingOptions options)
    {
        if (services.GetService<IConfiguration>()?.GetSection(PoolHostingOptions.SectionName) is not { } section)
        {
            return;
        }

        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            options.Problems.Add($"{section.Path} is a text. It must be a section with settings.");
        }

        foreach (var setting in section.GetChildren())
        {
            Note(options, () => Read(setting, options));
        }
    }

    private static void Read(IConfigurationSection setting, PoolHostingOptions options)
    {
        var text = new SettingText(setting.Path, setting.Value);
        if (Is(nameof(options.WarmUpTimeout)))
        {
            options.WarmUpTimeout = text.Duration();
        }
        else if (Is(nameof(options.DrainTimeout)))
        {
            options.DrainTimeout = text.Duration();
        }
        else if (Is(nameof(options.DatabaseUnavailableBehavior)))
        {
            options.DatabaseUnavailableBehavior = text.OneOf<DatabaseUnavailableBehavior>();
        }
        else if (Is(nameof(options.WarmUpTargets)))
        {
            if (!text.IsNone)
            {
                options.Problems.Add($"{setting.Path} is a text. It must be a section with a number for each pool.");
            }

            foreach (var target in setting.GetChildren())
            {
                Note(options, () => options.WarmUpTargets[target.Key] = new SettingText(target.Path, target.Value).Number());
            }
        }
        else
        {
            options.Problems.Add($"{setting.Path} is not a setting. The settings are {nameof(options.DrainTimeout)}, {nameof(options.WarmUpTargets)}, {nameof(options.WarmUpTimeout)}, {nameof(options.DatabaseUnavailableBehavior)}.");
        }

        bool Is(string name) => string.Equals(setting.Key, name, StringComparison.OrdinalIgnoreCase);
    }

    private static void Note(PoolHostingOptions options, Action read)
    {
        try
        {
            read();
        }
        catch (FormatException exception)
        {
            options.Problems.Add(exception.Message);
        }
    }
}
