namespace Cenote.Providers;

/// <summary>An ability of a <see cref="PhysicalConnection"/>: the server itself ends statements that run too long.</summary>
public interface IServerStatementLimits
{
    /// <summary>Gets whether the server has accepted <see cref="ConnectionSettings.QueryTimeout"/> when the connection was opened.</summary>
    bool LimitsStatements { get; }

    /// <summary>Sets another limit for the statements of this lease. A full reset takes it back.</summary>
    /// <param name="limit">The limit; <see langword="null"/> for none.</param>
    /// <exception cref="NotSupportedException">This server has no such limit.</exception>
    void LimitStatements(TimeSpan? limit);

    /// <inheritdoc cref="LimitStatements"/>
    /// <param name="limit">The limit; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">A token to cancel the attempt.</param>
    ValueTask LimitStatementsAsync(TimeSpan? limit, CancellationToken cancellationToken);
}
