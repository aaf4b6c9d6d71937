using System.Data.Common;
using Cenote.Providers;

namespace Cenote.StubDriver;

/// <summary>What the stub driver throws; carries its own meaning.</summary>
public sealed class StubException(FailureKind kind, string? message = null) : DbException(message ?? $"The stub driver fails: {kind}.")
{
    /// <summary>What it means.</summary>
    public FailureKind Kind => kind;

    /// <inheritdoc/>
    public override bool IsTransient => kind is FailureKind.Transient or FailureKind.TooManyConnections;
}
