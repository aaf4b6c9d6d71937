using System.Text.RegularExpressions;

namespace Cenote.Oracle;

/// <summary>A reader of hosts, ports and service of a connect descriptor.</summary>
internal static partial class DescriptorAddress
{
    /// <param name="source">A descriptor, <c>host:port/service</c> or an alias; without secrets.</param>
    internal static string Of(string source)
    {
        if (!source.StartsWith('('))
        {
            return source.TrimStart('/');
        }

        var hosts = Host().Matches(source);
        var ports = Port().Matches(source);
        var places = hosts.Select((host, index) => host.Groups["value"].Value.Trim() + (index < ports.Count ? ":" + ports[index].Groups["value"].Value.Trim() : ""));
        var service = Service().Match(source);
        return hosts.Count == 0 ? source : string.Join(',', places) + (service.Success ? "/" + service.Groups["value"].Value.Trim() : "");
    }

    [GeneratedRegex(@"\(\s*HOST\s*=(?<value>[^()]*)\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Host();

    [GeneratedRegex(@"\(\s*PORT\s*=(?<value>[^()]*)\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Port();

    [GeneratedRegex(@"\(\s*(SERVICE_NAME|SID)\s*=(?<value>[^()]*)\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Service();
}
