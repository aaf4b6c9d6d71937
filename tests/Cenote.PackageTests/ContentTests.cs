using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Xml.Linq;

namespace Cenote.PackageTests;

/// <summary>
/// Each package holds what its users look for: who made it, from where, how to use it, what its members mean, and its
/// sources.
/// </summary>
public sealed class ContentTests(PackageFolder packages) : IClassFixture<PackageFolder>
{
    private const string Tool = "Cenote.Cli";
    private static readonly Guid s_sourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    public static TheoryData<string> Projects() => new(Build.Projects);

    public static TheoryData<string> Libraries() => new(Build.Projects.Where(project => project != Tool));

    [Fact]
    public void Every_project_has_a_package_and_its_symbols()
    {
        foreach (var extension in (string[])["nupkg", "snupkg"])
        {
            var ids = Directory.GetFiles(packages.Folder, $"*.{extension}").Select(file => Path.GetFileNameWithoutExtension(file)[..^(Version().Length + 1)]);
            Assert.Equal(Build.Projects, ids.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_package_contains_its_description_and_origin(string project)
    {
        using var package = Open(project);

        Assert.Equal(project, package.Value("id"), StringComparer.Ordinal);
        Assert.Equal("MIT", package.Value("license"));
        Assert.Equal("The Cenote contributors", package.Value("authors"));
        Assert.InRange(package.Value("description")!.Length, 20, 300);
        Assert.Contains("connection-pool", package.Value("tags")!.Split(' '), StringComparer.Ordinal);
        Assert.True(Uri.TryCreate(package.Value("projectUrl"), UriKind.Absolute, out _));
        Assert.True(Uri.TryCreate(package.Attribute("repository", "url"), UriKind.Absolute, out _));
        Assert.Equal("git", package.Attribute("repository", "type"));
        Assert.Matches("^[0-9a-f]{40}$", package.Attribute("repository", "commit"));
        Assert.StartsWith(package.Value("projectUrl")!, package.Value("releaseNotes"));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Package_has_a_readme_with_an_example_and_an_icon(string project)
    {
        using var package = Open(project);

        var readme = package.ReadText(package.Value("readme")!);
        Assert.StartsWith($"# {project}\n", readme);
        Assert.Contains(project == Tool ? "```sh" : "```csharp", readme, StringComparison.Ordinal);

        var icon = package.Read(package.Value("icon")!);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], icon[..4]);
        Assert.Equal((128, 128), (BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20))));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Library_documents_its_members(string library)
    {
        using var package = Open(library);
        Assert.Contains($"lib/net10.0/{library}.dll", package.Files, StringComparer.Ordinal);

        var members = XDocument.Parse(package.ReadText($"lib/net10.0/{library}.xml")).Descendants("member").ToList();
        Assert.NotEmpty(members);
        // "!:" stands where the compiler did not find what is referred to.
        Assert.DoesNotContain(members.Descendants().Attributes("cref"), reference => reference.Value.StartsWith("!:", StringComparison.Ordinal));

        using var assembly = new PEReader(new MemoryStream(package.Read($"lib/net10.0/{library}.dll")));
        var reader = assembly.GetMetadataReader();
        var documented = members.Select(member => member.Attribute("name")!.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var type in reader.TypeDefinitions.Select(reader.GetTypeDefinition).Where(type => type.Attributes.HasFlag(System.Reflection.TypeAttributes.Public) && !type.IsNested))
        {
            Assert.Contains($"T:{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}", documented, StringComparer.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Packages_of_one_release_have_one_version(string library)
    {
        using var package = Open(library);
        Assert.Equal(Version(), package.Value("version"));
        Assert.All(package.Dependencies().Where(dependency => Build.Projects.Contains(dependency.Id)), dependency => Assert.Equal(Version(), dependency.Version));
        var patches = package.Dependencies().Where(dependency => dependency.Id.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
            || dependency.Id.StartsWith("Microsoft.EntityFrameworkCore.", StringComparison.Ordinal) || dependency.Id == "Microsoft.Data.Sqlite");
        Assert.True(patches.Select(dependency => dependency.Version).Distinct(StringComparer.Ordinal).Count() <= 1);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Core_is_the_only_package_that_every_library_needs(string library)
    {
        using var package = Open(library);
        var ours = package.Dependencies().Select(dependency => dependency.Id).Where(Build.Projects.Contains).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(library == "Cenote" ? [] : library is "Cenote.AspNetCore" or "Cenote.Dashboard" or "Cenote.DependencyInjection" or "Cenote.EntityFrameworkCore" or "Cenote.Hosting" ? ["Cenote", "Cenote.ReadReplicas"] : ["Cenote"], ours, StringComparer.Ordinal);
        Assert.DoesNotContain(package.Dependencies(), dependency => dependency.Id.Contains("Analyzer", StringComparison.Ordinal));
    }

    [Fact]
    public void Editors_find_the_schema_of_the_configuration()
    {
        using var package = Open("Cenote.DependencyInjection");
        const string Targets = "buildTransitive/Cenote.DependencyInjection.targets";
        var segment = XDocument.Parse(package.ReadText(Targets)).Descendants("JsonSchemaSegment").Single().Attribute("Include")!.Value;
        Assert.Equal("$(MSBuildThisFileDirectory)../ConfigurationSchema.json", segment, StringComparer.Ordinal);
        Assert.Contains("ConfigurationSchema.json", package.Files, StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Sources_of_the_symbols_are_found(string project)
    {
        using var package = Open(project, "snupkg");
        var file = package.Files.Single(file => Path.GetFileName(file) == $"{project}.pdb");
        using var symbols = MetadataReaderProvider.FromPortablePdbImage([.. package.Read(file)]);
        var reader = symbols.GetMetadataReader();

        var link = Information(reader, EntityHandle.ModuleDefinition, s_sourceLink).Single();
        var map = JsonDocument.Parse(link.ToArray()).RootElement.GetProperty("documents").EnumerateObject().Single();
        Assert.Equal("/_/*", map.Name);
        Assert.Matches(@"^https?://.+/[0-9a-f]{40}/\*$", map.Value.GetString());

        foreach (var handle in reader.Documents)
        {
            var name = reader.GetString(reader.GetDocument(handle).Name);
            Assert.StartsWith("/_/", name);
            // What no repository holds is in the symbols themselves.
            Assert.True(File.Exists(Path.Combine(Repository.Root, name[3..])) && !name.Contains("/obj/", StringComparison.Ordinal)
                || Information(reader, handle, new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE")).Any(), $"no source is found for {name}");
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Assembly_is_the_same_wherever_it_is_built(string project)
    {
        using var package = Open(project);
        var file = package.Files.Single(file => Path.GetFileName(file) == $"{project}.dll");
        using var assembly = new PEReader(new MemoryStream(package.Read(file)));
        Assert.Contains(assembly.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        var text = System.Text.Encoding.Latin1.GetString(package.Read(file));
        Assert.DoesNotContain(Repository.Root + "/", text, StringComparison.Ordinal);
    }

    private static ImmutableArray<ImmutableArray<byte>> Information(MetadataReader reader, EntityHandle parent, Guid kind) =>
        [.. reader.GetCustomDebugInformation(parent).Select(reader.GetCustomDebugInformation).Where(information => reader.GetGuid(information.Kind) == kind)
            .Select(information => reader.GetBlobContent(information.Value))];

    private Package Open(string project, string extension = "nupkg") => Package.Open(packages.Folder, project, extension);

    private string Version()
    {
        using var core = Open("Cenote");
        return core.Value("version")!;
    }
}
