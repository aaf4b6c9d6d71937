namespace Cenote.PackageTests;

/// <summary>The folder of packages that <c>./test</c> has made; made here where it did not.</summary>
public sealed class PackageFolder : IAsyncLifetime
{
    private readonly string? _made = Environment.GetEnvironmentVariable("CENOTE_TEST_PACKAGES");
    private readonly string _own = Path.Combine(Path.GetTempPath(), "cenote-packages-" + Path.GetRandomFileName());

    public string Folder => _made ?? _own;

    public async ValueTask InitializeAsync()
    {
        if (_made is null)
        {
            await Build.RunAsync("bash", ["./pack", "--output", _own]);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_made is null && Directory.Exists(_own))
        {
            Directory.Delete(_own, recursive: true);
        }

        return ValueTask.CompletedTask;
    }
}
