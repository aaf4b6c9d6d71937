namespace Cenote.Cli.Commands;

/// <summary>The checked options of <c>cenote top</c>.</summary>
internal sealed record TopOptions
{
    /// <summary>Gets the address of the dashboard, with a slash at its end.</summary>
    public required Uri Dashboard { get; init; }

    /// <summary>Gets the pool to show in detail; <see langword="null"/> for all, one row each.</summary>
    public string? Pool { get; init; }

    public bool Once { get; init; }

    public bool Json { get; init; }

    /// <summary>Gets the headers that authorize the viewer. Never shown.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
