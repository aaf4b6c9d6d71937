using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Cenote.Shop.Reporting;

/// <summary>
/// Tells files from what only looks like files. .NET does not: a device, a FIFO and a file have the same attributes.
/// </summary>
internal static class FileKinds
{
    private const int CurrentFolder = -100;
    private const int TypeOnly = 1;
    private const int StructureSize = 256;
    private const int ModeOffset = 28;

    public static FileKind Of(string path)
    {
        if (Directory.Exists(path))
        {
            return FileKind.Folder;
        }

        // Asked first: what /dev/fd/63 leads to has no path of its own.
        if (OperatingSystem.IsLinux() && ModeOf(path) is { } mode)
        {
            return (mode & 0xF000) switch
            {
                0x8000 => FileKind.Plain,
                0x2000 or 0x1000 => FileKind.Special,
                _ => FileKind.Unsuitable,
            };
        }

        // A link that leads nowhere exists for .NET.
        var file = new FileInfo(path);
        return !file.Exists || (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true }) ? FileKind.Missing
            : OperatingSystem.IsWindows() ? FileKind.Plain
            : FileKind.Special;
    }

    private static int? ModeOf(string path)
    {
        try
        {
            var status = new byte[StructureSize];
            return Status(CurrentFolder, path, 0, TypeOnly, status) == 0 ? BinaryPrimitives.ReadUInt16LittleEndian(status.AsSpan(ModeOffset)) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null; // An old C library.
        }
    }

    /// <summary>The layout of its result is the same on every architecture, unlike that of stat.</summary>
    [DllImport("libc", EntryPoint = "statx", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
#pragma warning disable SYSLIB1054, CA2101 // The source generator needs unsafe code; on Linux the text goes as UTF-8.
    private static extern int Status(int folder, string path, int flags, uint mask, [Out] byte[] status);
#pragma warning restore SYSLIB1054, CA2101
}
