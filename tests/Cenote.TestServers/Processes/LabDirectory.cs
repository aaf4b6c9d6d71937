namespace Cenote.TestServers.Processes;

/// <summary>
/// A directory for one server's data, in memory where there is room, that belongs to the user it runs as.
/// </summary>
internal sealed class LabDirectory : IDisposable
{
    private LabDirectory(string path)
    {
        Path = path;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    internal string Path { get; }

    internal static async Task<LabDirectory> CreateAsync(string name)
    {
        var memory = new DriveInfo("/dev/shm");
        var root = memory.IsReady && memory.AvailableFreeSpace > 1_000_000_000 ? "/dev/shm" : System.IO.Path.GetTempPath();
        var path = System.IO.Path.Combine(root, $"cenote-faults-{name}-{Guid.NewGuid():N}");
        await Programs.RunAsync(Programs.AsThisUser("install", ["-d", "-m", "700", .. Programs.IsRoot ? new[] { "-o", "nobody" } : [], path]));
        return new LabDirectory(path);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Delete();
    }

    private void OnExit(object? sender, EventArgs arguments) => Delete();

    private void Delete()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A server that was killed this moment may still write its last file.
        }
    }
}
