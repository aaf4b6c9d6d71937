namespace Cenote.Cli.Checking;

/// <summary>One answer of the server, or one measurement.</summary>
/// <param name="Section">What it belongs to, such as <c>server</c> or <c>limits</c>.</param>
/// <param name="Name">The name, as the server has it where it is a setting.</param>
/// <param name="Value">The value with its unit.</param>
internal sealed record CheckRow(string Section, string Name, string Value);
