using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cenote.ConventionTests.Folders;

/// <summary>The sources of the core as the compiler understands them.</summary>
internal sealed class CoreSources
{
    private const string Folder = "src/Cenote/";

    // What the SDK puts into each project that has ImplicitUsings.
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly CSharpCompilation _compilation;

    internal CoreSources()
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var trees = SourceFiles.Files("src/Cenote", "*.cs").Concat(SourceFiles.Files("src/Shared", "*.cs").Where(static file => file.Count(static letter => letter == '/') == 2))
            .Select(file => CSharpSyntaxTree.ParseText(SourceFiles.Read(file), options, file))
            .Append(CSharpSyntaxTree.ParseText(ImplicitUsings + UsingsOfProject(), options));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static file => Path.GetFileName(file) is not "Cenote.dll")
            .Select(static file => MetadataReference.CreateFromFile(file));
        _compilation = CSharpCompilation.Create(
            "Cenote", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>
    /// Names of types that the compiler could not resolve in declarations. What source generators add is missing, which
    /// causes errors of other kinds.
    /// </summary>
    internal IEnumerable<Diagnostic> UnresolvedTypes() => _compilation.GetDeclarationDiagnostics().Where(static found => found.Id is "CS0246" or "CS0234");

    /// <summary>Each file's types at the level of the namespace.</summary>
    internal IEnumerable<(string File, INamedTypeSymbol Type)> Types() =>
        from tree in CoreTrees()
        let model = _compilation.GetSemanticModel(tree)
        from declaration in tree.GetRoot().DescendantNodes().OfType<MemberDeclarationSyntax>()
        where declaration is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
        let type = (INamedTypeSymbol)model.GetDeclaredSymbol(declaration)!
        where type.ContainingType is null
        select (tree.FilePath[Folder.Length..], type);

    /// <summary>
    /// Uses of types in code; references of comments do not count, because nothing follows from them.
    /// </summary>
    internal IEnumerable<FolderUse> Uses()
    {
        foreach (var tree in CoreTrees())
        {
            var model = _compilation.GetSemanticModel(tree);
            var used = new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                var symbol = model.GetSymbolInfo(name).Symbol;
                if ((symbol as INamedTypeSymbol ?? symbol?.ContainingType) is { } type)
                {
                    used.Add(Outermost(type));
                }
            }

            foreach (var type in used)
            {
                if (DeclaringFile(type) is { } file)
                {
                    yield return new FolderUse(tree.FilePath[Folder.Length..], file, type.Name);
                }
            }
        }
    }

    private static string UsingsOfProject() => string.Concat(
        XDocument.Parse(SourceFiles.Read("src/Cenote/Cenote.csproj")).Descendants("Using").Select(static item => $"global using {item.Attribute("Include")!.Value};\n"));

    private IEnumerable<SyntaxTree> CoreTrees() => _compilation.SyntaxTrees.Where(static tree => tree.FilePath.StartsWith(Folder, StringComparison.Ordinal));

    private static string? DeclaringFile(INamedTypeSymbol type) => type.DeclaringSyntaxReferences
        .Select(static reference => reference.SyntaxTree.FilePath)
        .FirstOrDefault(static file => file.StartsWith(Folder, StringComparison.Ordinal))?[Folder.Length..];

    private static INamedTypeSymbol Outermost(INamedTypeSymbol type)
    {
        while (type.ContainingType is { } outer)
        {
            type = outer;
        }

        return type.OriginalDefinition;
    }
}
