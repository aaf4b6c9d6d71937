using Cenote.Cli.Measuring;

namespace Cenote.Cli.Commands;

/// <summary>The checked options of <c>cenote size</c>.</summary>
internal sealed record SizeOptions : StatementOptions
{
    /// <summary>Gets the largest size; <see langword="null"/> for as many as make sense.</summary>
    public int? Max { get; init; }

    public int Instances { get; init; } = 1;

    public string? Svg { get; init; }
}
