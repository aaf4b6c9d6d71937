using System.IO.Compression;
using System.Xml.Linq;

namespace Cenote.PackageTests;

/// <summary>An opened package.</summary>
internal sealed class Package : IDisposable
{
    private readonly ZipArchive _archive;

    private Package(string path)
    {
        _archive = ZipFile.OpenRead(path);
        Files = [.. _archive.Entries.Select(entry => entry.FullName)];
        Metadata = XDocument.Parse(ReadText(Files.Single(file => file.EndsWith(".nuspec", StringComparison.Ordinal)))).Root!.Elements().Single();
    }

    internal string[] Files { get; }

    internal XElement Metadata { get; }

    internal static Package Open(string folder, string id, string extension = "nupkg") =>
        new(Directory.GetFiles(folder, $"{id}.?.*.{extension}").Single(file => Path.GetFileName(file)[(id.Length + 1)..] is [>= '0' and <= '9', ..]));

    internal string? Value(string element) => Child(element)?.Value;

    internal string? Attribute(string element, string attribute) => Child(element)?.Attribute(attribute)?.Value;

    /// <summary>Identifiers and versions of all groups.</summary>
    internal IEnumerable<(string Id, string Version)> Dependencies() =>
        Metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => (element.Attribute("id")!.Value, element.Attribute("version")!.Value));

    internal byte[] Read(string file)
    {
        using var stream = _archive.GetEntry(file)!.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    internal string ReadText(string file)
    {
        using var reader = new StreamReader(_archive.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    public void Dispose() => _archive.Dispose();

    private XElement? Child(string name) => Metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name);
}
