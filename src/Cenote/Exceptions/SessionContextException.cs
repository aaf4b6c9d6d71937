using Cenote.Providers;

namespace Cenote;

/// <summary>
/// The exception for a session context that could not be set in the session of a new lease. The lease was returned, and
/// the caller got no connection.
/// </summary>
/// <remarks>The driver's exception is not its inner exception, because databases quote values of the context.
/// <see cref="FailureKind"/> and <see cref="System.Data.Common.DbException.SqlState"/> are those of the
/// driver.</remarks>
public sealed class SessionContextException : PoolException
{
    private readonly bool _isTransient;

    internal SessionContextException(string poolName, string names, FailureKind kind, Exception failure)
        : base(
            poolName,
            $"Pool '{poolName}': the session context ({names}) could not be set ({kind}, {failure.GetType().Name}{(failure as System.Data.Common.DbException)?.SqlState switch { { Length: > 0 } state => ", SqlState " + state, _ => "" }}). The connection was returned. Check that the database accepts these names and values, and that the pool's user may set them. The driver's message is not shown because it may quote values.",
            innerException: null)
    {
        FailureKind = kind;
        SqlState = (failure as System.Data.Common.DbException)?.SqlState;
        _isTransient = kind is FailureKind.Transient or FailureKind.ConnectionLost or FailureKind.QueryTimeout;
        HelpLink = Help.Link("session-context.md", "failures");
    }

    /// <summary>Gets the kind of the driver's failure.</summary>
    public FailureKind FailureKind { get; }

    /// <inheritdoc/>
    public override string? SqlState { get; }

    /// <summary>Gets whether another try may succeed.</summary>
    public override bool IsTransient => _isTransient;
}
