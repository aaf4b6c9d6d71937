using Cenote.Cli.Checking;

namespace Cenote.Cli.Commands;

/// <summary>The checked options of <c>cenote check</c>.</summary>
internal sealed record CheckOptions
{
    public required ServerQuestions Questions { get; init; }

    /// <summary>Gets the connection string. Never shown.</summary>
    public required string ConnectionString { get; init; }

    public required TimeSpan Timeout { get; init; }

    public bool Json { get; init; }
}
