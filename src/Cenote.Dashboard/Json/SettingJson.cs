namespace Cenote.Dashboard.Json;

/// <summary>One setting of a pool.</summary>
internal sealed record SettingJson(string Name, string Value, string Default, string Unit, string Meaning, bool CanChange);
