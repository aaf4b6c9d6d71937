namespace Cenote.Shop.Reporting;

/// <summary>
/// Where a report for machines goes: standard output, a file that it replaces as a whole, or a device, a pipe or a link
/// that it is written to.
/// </summary>
internal sealed class ReportTarget
{
    /// <summary>As commands have it: the report, and nothing else on standard output.</summary>
    public const string StandardOutput = "-";

    private readonly string _path;

    private ReportTarget(string path) => _path = path;

    /// <summary>Whether the words for people must go elsewhere.</summary>
    public bool IsStandardOutput => _path is StandardOutput or "/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1";

    /// <summary>
    /// What is wrong with a target, without changing what stands there; <see langword="null"/> when a report can be
    /// written.
    /// </summary>
    /// <param name="path">The path, or <see cref="StandardOutput"/>.</param>
    /// <param name="problem">What is wrong, to be said after the name of the option.</param>
    public static ReportTarget? At(string path, out string? problem)
    {
        var target = new ReportTarget(path);
        problem = target.IsStandardOutput ? null : target.FindProblem();
        return problem is null ? target : null;
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> report)
    {
        if (IsStandardOutput)
        {
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(report);
        }
        else
        {
            await WriteAsync(Target(), report);
        }
    }

    public override string ToString() => _path;

    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> report)
    {
        var kind = FileKinds.Of(path);
        if (kind == FileKind.Special || IsLink(path) || !await TryReplaceAsync(path, report))
        {
            // A device or a FIFO cannot be truncated.
            await using var there = new FileStream(path, kind == FileKind.Special ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            await there.WriteAsync(report);
        }
    }

    /// <summary>.NET does not create the target of a link.</summary>
    private string Target() =>
        IsLink(_path) && FileKinds.Of(_path) == FileKind.Missing && new FileInfo(_path).ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : _path;

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private string? FindProblem()
    {
        try
        {
            return FileKinds.Of(_path) switch
            {
                FileKind.Folder => "is a folder, not a file.",
                FileKind.Unsuitable => "is a socket or a disk. Name a file, a pipe, or - for standard output.",
                FileKind.Special => null,
                FileKind.Plain => TryOpen(),
                _ => TryCreate(),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"cannot be written: {exception.Message}";
        }
    }

    /// <summary>Throws when it cannot be opened; writes nothing.</summary>
    private string? TryOpen()
    {
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        return null;
    }

    private string? TryCreate()
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(Target()));
        if (!Directory.Exists(folder))
        {
            return "its folder does not exist.";
        }

        try
        {
            using var attempt = new FileStream(NewNeighbour(folder), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return "its folder cannot be written to.";
        }
    }

    /// <summary>The file has the report as a whole, or is as before: a reader never finds half of one.</summary>
    private static async Task<bool> TryReplaceAsync(string path, ReadOnlyMemory<byte> report)
    {
        var half = NewNeighbour(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            await using (var stream = new FileStream(half, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                await stream.WriteAsync(report);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(path))
            {
                File.SetUnixFileMode(half, File.GetUnixFileMode(path));
            }

            File.Move(half, path, overwrite: true);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false; // The file may be written, its folder may not.
        }
        finally
        {
            if (File.Exists(half))
            {
                File.Delete(half);
            }
        }
    }

    private static string NewNeighbour(string folder) => Path.Combine(folder, $".cenote-{Guid.NewGuid():N}.half");
}
