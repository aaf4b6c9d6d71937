using System.Data.Common;

// The inner exception is the one that must not be shown.
#pragma warning disable CA1032, CA1064

namespace Cenote.Providers;

/// <summary>
/// The replacement of a driver's exception that quotes a possibly secret part of the connection string.
/// </summary>
internal sealed class UnshownFailureException : DbException
{
    internal UnshownFailureException(Exception hidden, FailureKind kind)
        : base($"The driver failed with {hidden.GetType()}. Its message is not shown because it quotes a part of the connection string that may be secret. Put quotes around values that contain ';' or '='.")
    {
        Kind = kind;
        var cause = hidden as DbException;
        SqlState = cause?.SqlState;
        IsTransient = cause?.IsTransient == true;
    }

    public override string? SqlState { get; }

    public override bool IsTransient { get; }

    /// <summary>Gets the kind of the driver's exception.</summary>
    internal FailureKind Kind { get; }
}
