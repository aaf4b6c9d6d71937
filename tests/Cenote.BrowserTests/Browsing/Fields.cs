using System.Globalization;

namespace Cenote.BrowserTests.Browsing;

/// <summary>
/// What the page shows of the data: each element that shows one value has its name in <c>data-field</c> and its raw
/// value in <c>data-value</c>.
/// </summary>
internal static class Fields
{
    /// <summary>A row of the overview.</summary>
    internal static ILocator PoolRow(this IPage page, string pool) => page.Locator($"tr[data-pool={Quote(pool)}]");

    /// <summary>A row of the overview.</summary>
    internal static ILocator SetRow(this IPage page, string set) => page.Locator($"tr[data-set={Quote(set)}]");

    /// <summary>A section of a pool's or a set's view.</summary>
    internal static ILocator Panel(this IPage page, string name) => page.Locator($"[data-panel={Quote(name)}]");

    internal static ILocator Field(this IPage page, string name) => page.Locator($"[data-field={Quote(name)}]");

    internal static ILocator Field(this ILocator place, string name) => place.Locator($"[data-field={Quote(name)}]");

    /// <summary>Waits until the place shows exactly this value.</summary>
    internal static Task ShowsAsync(this ILocator place, string field, string value) =>
        Assertions.Expect(place.Field(field)).ToHaveAttributeAsync("data-value", value);

    internal static Task ShowsAsync(this ILocator place, string field, long value) => place.ShowsAsync(field, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// The place shows this time, in seconds to six digits. To be asked once it shows what belongs to it.
    /// </summary>
    internal static async Task ShowsSecondsAsync(this ILocator place, string field, TimeSpan value) => Assert.Equal(
        value.TotalSeconds,
        double.Parse((await place.Field(field).GetAttributeAsync("data-value"))!, CultureInfo.InvariantCulture),
        tolerance: 1e-6);

    /// <summary>Waits until the row, the tile or the page says that all is well, or how bad it is.</summary>
    internal static Task IsAsync(this ILocator place, string level) => Assertions.Expect(place).ToHaveAttributeAsync("data-level", level);

    /// <summary>
    /// As a string of CSS. See CSS Syntax, "Serializing": what could end the string is written as its code point.
    /// </summary>
    private static string Quote(string text) =>
        $"\"{string.Concat(text.Select(static c => c is '"' or '\\' || char.IsControl(c) ? string.Create(CultureInfo.InvariantCulture, $"\\{(int)c:x} ") : c.ToString()))}\"";
}
