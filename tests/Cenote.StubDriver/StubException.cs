namespace Cenote.StubDriver;

/// <summary>What the stub driver throws; carries its own meaning.</summary>
public sealed class StubException(FailureKind kind, string? message = null) : DbException(message ?? $"The stub driver fails: {kind}.")
{
    /// <summary>What it means.</summary>
    public FailureKind Kind => kind;

    /// <summary>Given where the server itself says no.</summary>
    public override string? SqlState => kind switch
    {
        FailureKind.Other => "23505",
        FailureKind.Transient => "40001",
        FailureKind.ReadOnlyServer => "25006",
        _ => null,
    };

    /// <inheritdoc/>
    public override bool IsTransient => kind is FailureKind.Transient or FailureKind.TooManyConnections;
}
