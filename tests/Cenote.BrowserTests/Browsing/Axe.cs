using System.Text.Json;
using Deque.AxeCore.Commons;

namespace Cenote.BrowserTests.Browsing;

/// <summary>axe-core: the rules of WCAG that a program can check.</summary>
internal static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>
    /// Fails with every violation of the page as it is now, in light and in dark colours: the rule, the elements, what
    /// to do.
    /// </summary>
    internal static async Task HasNoViolationsAsync(IPage page, string view)
    {
        // Evaluated from outside the page, whose Content-Security-Policy would refuse a script that is put into it.
        await page.EvaluateAsync(Script);
        await HasNoViolationsAsync(page, view, ColorScheme.Light, "{}");

        // Nothing but the colours is different.
        await HasNoViolationsAsync(page, view + ", dark", ColorScheme.Dark, "{ runOnly: ['color-contrast', 'link-in-text-block'] }");
    }

    private static async Task HasNoViolationsAsync(IPage page, string view, ColorScheme scheme, string rules)
    {
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", scheme == ColorScheme.Dark ? "dark" : "light");
        var result = await page.EvaluateAsync<JsonElement>(
            $$"""
            async () => (await axe.run(document, { resultTypes: ['violations'], ...{{rules}} })).violations.map(violation => ({
                rule: violation.id, help: violation.help,
                nodes: violation.nodes.slice(0, 5).map(node => `${node.html.slice(0, 300)}\n      ${node.failureSummary}`),
            }))
            """);
        var violations = result.EnumerateArray()
            .Select(violation => $"{violation.GetProperty("rule")}: {violation.GetProperty("help")}\n    {string.Join("\n    ", violation.GetProperty("nodes").EnumerateArray())}")
            .ToArray();
        Assert.True(violations.Length == 0, $"{view}: {violations.Length} violations\n{string.Join('\n', violations)}");
    }
}
