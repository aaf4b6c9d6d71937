using Cenote.Cli.Measuring;

namespace Cenote.Cli.Commands;

/// <summary>The checked options of <c>cenote compare</c>.</summary>
internal sealed record CompareOptions : StatementOptions
{
    /// <summary>Gets the size of each pool.</summary>
    public required int Connections { get; init; }

    /// <summary>Gets the numbers of clients to compare with, in ascending order.</summary>
    public required IReadOnlyList<int> Clients { get; init; }
}
