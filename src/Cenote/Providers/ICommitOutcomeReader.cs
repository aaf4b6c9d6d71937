using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// An ability of a provider: to ask the server what became of a transaction whose commit was sent and not answered.
/// </summary>
/// <remarks>Every answer must be certain. An implementation that cannot be certain answers
/// <see cref="CommitOutcome.Unknown"/>.</remarks>
public interface ICommitOutcomeReader
{
    /// <summary>
    /// Gets whether the server keeps no record of its own, so that <see cref="ConnectionPoolOptions.CommitTable"/> is
    /// required.
    /// </summary>
    bool RequiresCommitTable { get; }

    /// <summary>Returns the statement that creates <see cref="ConnectionPoolOptions.CommitTable"/>.</summary>
    /// <param name="table">The name of the table, with or without a schema.</param>
    string GetCommitTableScript(string table);

    /// <summary>
    /// Checks, outside a transaction, that transactions can be identified. Throws the driver's exception, or
    /// <see cref="NotSupportedException"/>, when they cannot.
    /// </summary>
    /// <param name="connection">An open connection that is not in use, in no transaction.</param>
    /// <param name="table">The table; <see langword="null"/> if none is configured.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    ValueTask CheckCommitsAsync(DbConnection connection, string? table, CancellationToken cancellationToken);

    /// <summary>Identifies a transaction that is about to be committed, and writes the mark where there is a
    /// table.</summary>
    /// <param name="transaction">The driver's open transaction.</param>
    /// <param name="mark">The mark that the transaction writes if it uses the table.</param>
    /// <returns>What <see cref="ReadCommitOutcomeAsync"/> needs; <see langword="null"/> for a transaction that has
    /// written nothing.</returns>
    object? IdentifyCommit(DbTransaction transaction, CommitMark mark);

    /// <inheritdoc cref="IdentifyCommit"/>
    /// <param name="transaction">The driver's open transaction.</param>
    /// <param name="mark">The mark that the transaction writes if it uses the table.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    ValueTask<object?> IdentifyCommitAsync(DbTransaction transaction, CommitMark mark, CancellationToken cancellationToken);

    /// <summary>
    /// Reads what became of a transaction. Ends its session if that has not received the commit and would wait for
    /// ever.
    /// </summary>
    /// <param name="connection">An open connection to the same database, in no transaction.</param>
    /// <param name="commit">What <see cref="IdentifyCommit"/> has returned.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    ValueTask<CommitReading> ReadCommitOutcomeAsync(DbConnection connection, object commit, CancellationToken cancellationToken);
}
