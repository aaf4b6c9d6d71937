using System.Data.Common;
using Cenote.PostgreSql;

namespace Cenote;

// What became of commits without an answer.
public sealed partial class PostgreSqlProvider : ICommitOutcomeReader
{
    /// <summary>
    /// Gets <see langword="false"/>: the server knows what became of its transactions, from version 13 on. After a
    /// crash or a failover only a table gives certainty in every case.
    /// </summary>
    bool ICommitOutcomeReader.RequiresCommitTable => false;

    string ICommitOutcomeReader.GetCommitTableScript(string table) => CommitOutcomes.CreateScript(table);

    ValueTask ICommitOutcomeReader.CheckCommitsAsync(DbConnection connection, string? table, CancellationToken cancellationToken) =>
        CommitOutcomes.CheckAsync(connection, table, cancellationToken);

    object? ICommitOutcomeReader.IdentifyCommit(DbTransaction transaction, CommitMark mark) =>
        CommitOutcomes.Identify(transaction.Connection!, mark);

    ValueTask<object?> ICommitOutcomeReader.IdentifyCommitAsync(DbTransaction transaction, CommitMark mark, CancellationToken cancellationToken) =>
        CommitOutcomes.IdentifyAsync(transaction.Connection!, mark, cancellationToken);

    ValueTask<CommitReading> ICommitOutcomeReader.ReadCommitOutcomeAsync(DbConnection connection, object commit, CancellationToken cancellationToken) =>
        CommitOutcomes.ReadAsync(connection, (CommitOutcomes.Commit)commit, cancellationToken);
}
