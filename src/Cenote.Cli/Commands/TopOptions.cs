namespace Cenote.Cli.Commands;

/// <summary>What <c>cenote top</c> is told, checked.</summary>
internal sealed record TopOptions
{
    /// <summary>The dashboard, with a slash at its end.</summary>
    public required Uri Dashboard { get; init; }

    /// <summary>The pool to show at length; <see langword="null"/> for all of them, one row each.</summary>
    public string? Pool { get; init; }

    public bool Once { get; init; }

    public bool Json { get; init; }

    /// <summary>What authorizes the viewer: never shown.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
