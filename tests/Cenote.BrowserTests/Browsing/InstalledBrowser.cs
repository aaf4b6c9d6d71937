namespace Cenote.BrowserTests.Browsing;

/// <summary>
/// Chromium, or what is made of it, as the system has it: Playwright's own builds cannot be had from a distribution.
/// </summary>
internal static class InstalledBrowser
{
    // Debian's name, Google's, others'. On Ubuntu the last one may be no more than a pointer to a snap. eng/packages.sh
    // looks for the same.
    private static readonly string[] Names = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];

    /// <exception cref="InvalidOperationException">No browser is installed.</exception>
    internal static string Find()
    {
        if (Environment.GetEnvironmentVariable("CENOTE_BROWSER") is { Length: > 0 } chosen)
        {
            return File.Exists(chosen) ? chosen : throw new InvalidOperationException($"CENOTE_BROWSER names {chosen}, which does not exist: name the program of a Chromium browser.");
        }

        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Names.SelectMany(name => directories.Select(directory => Path.Combine(directory, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"None of {string.Join(", ", Names)} is on the PATH: run ./test, which installs Debian's chromium, or name a Chromium browser in CENOTE_BROWSER.");
    }
}
