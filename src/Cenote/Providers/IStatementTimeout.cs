namespace Cenote.Providers;

/// <summary>
/// An ability of a <see cref="PhysicalConnection"/>: the server itself ends statements that run too long.
/// </summary>
public interface IStatementTimeout
{
    /// <summary>
    /// Gets whether the server has accepted <see cref="ConnectionSettings.QueryTimeout"/> when the connection was
    /// opened.
    /// </summary>
    bool SupportsStatementTimeout { get; }

    /// <summary>Sets another timeout for the statements of this lease. A full reset takes it back.</summary>
    /// <param name="timeout">The timeout; <see langword="null"/> for none.</param>
    /// <exception cref="NotSupportedException">This server has no such limit.</exception>
    void SetStatementTimeout(TimeSpan? timeout);

    /// <inheritdoc cref="SetStatementTimeout"/>
    /// <param name="timeout">The timeout; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    ValueTask SetStatementTimeoutAsync(TimeSpan? timeout, CancellationToken cancellationToken);
}
