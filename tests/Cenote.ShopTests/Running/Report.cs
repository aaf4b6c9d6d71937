using System.Text.Json;

namespace Cenote.ShopTests.Running;

/// <summary>A report for machines, read as a machine would: by its documented names.</summary>
internal static class Report
{
    public static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return document.RootElement.Clone();
    }

    public static JsonElement At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            element = element.GetProperty(name);
        }

        return element;
    }

    public static JsonElement Check(this JsonElement report, string name) =>
        report.At("checks").EnumerateArray().Single(check => check.At("name").GetString() == name);
}
