using Cenote.MySql;

namespace Cenote;

// What became of commits without an answer.
public sealed partial class MySqlProvider : ICommitOutcomeReader
{
    bool ICommitOutcomeReader.RequiresCommitTable => true;

    string ICommitOutcomeReader.GetCommitTableScript(string table) => CommitOutcomes.CreateScript(table);

    ValueTask ICommitOutcomeReader.CheckCommitsAsync(DbConnection connection, string? table, CancellationToken cancellationToken) =>
        CommitOutcomes.CheckAsync(connection, table, cancellationToken);

    object? ICommitOutcomeReader.IdentifyCommit(DbTransaction transaction, CommitMark mark) =>
        CommitOutcomes.Identify(transaction, mark);

    ValueTask<object?> ICommitOutcomeReader.IdentifyCommitAsync(DbTransaction transaction, CommitMark mark, CancellationToken cancellationToken) =>
        CommitOutcomes.IdentifyAsync(transaction, mark, cancellationToken);

    ValueTask<CommitReading> ICommitOutcomeReader.ReadCommitOutcomeAsync(DbConnection connection, object commit, CancellationToken cancellationToken) =>
        CommitOutcomes.ReadAsync(connection, (CommitOutcomes.Commit)commit, cancellationToken);
}
