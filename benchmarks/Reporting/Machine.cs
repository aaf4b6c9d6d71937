using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Cenote.Reporting;

/// <summary>Where a measurement was made, in lines for a report.</summary>
internal static class Machine
{
    internal static IEnumerable<string> Describe() =>
    [
        $"- Machine: {Environment.ProcessorCount} cores, {CpuModel()}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {OperatingSystemName()}",
        $"- Load average at the end: {LoadAverage()}",
        $"- Runtime: {RuntimeInformation.FrameworkDescription} ({RuntimeInformation.ProcessArchitecture})",
    ];

    /// <summary>The version that the assembly of a type says it has, without the commit.</summary>
    internal static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? type.Assembly.GetName().Version!.ToString(3);

    internal static string Today() => TimeProvider.System.GetLocalNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string CpuModel() => LineOf("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string OperatingSystemName() => LineOf("/etc/os-release", "PRETTY_NAME") ?? RuntimeInformation.OSDescription;

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    // Both files have lines of a name, a sign and a value.
    private static string? LineOf(string file, string name) => !File.Exists(file)
        ? null
        : File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split([':', '='], 2)[1].Trim(' ', '\t', '"');
}
