using System.Globalization;

namespace Cenote.ConnectBench;

/// <summary>A process of the server on this machine, as Linux shows it. A backend has one thread.</summary>
internal static class ServerProcess
{
    /// <summary>The time on a processor, to the nanosecond; nothing for a process that has ended.</summary>
    internal static TimeSpan ProcessorTime(int process)
    {
        try
        {
            var nanoseconds = long.Parse(File.ReadAllText($"/proc/{process}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
            return TimeSpan.FromMicroseconds(nanoseconds / 1000.0);
        }
        catch (IOException)
        {
            return TimeSpan.Zero;
        }
    }

    internal static int ParentOf(int process) => int.Parse(
        File.ReadLines($"/proc/{process}/status").First(static line => line.StartsWith("PPid:", StringComparison.Ordinal))[5..], CultureInfo.InvariantCulture);
}
