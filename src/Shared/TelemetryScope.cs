using System.Reflection;

namespace Cenote.Shared;

/// <summary>The version and conventions that meter and activity source report.</summary>
internal static class TelemetryScope
{
    /// <summary>The conventions that names, units and attributes follow: OpenTelemetry's, of this version.</summary>
    internal const string SchemaUrl = "https://opentelemetry.io/schemas/1.44.0";

    /// <summary>Gets the version of the library, without the commit that the SDK appends.</summary>
    internal static string Version { get; } =
        typeof(TelemetryScope).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
