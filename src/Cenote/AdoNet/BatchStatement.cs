using System.Data;
using System.Data.Common;
using Cenote.Execution;
using Cenote.Providers;
using Cenote.Statements;

namespace Cenote.AdoNet;

/// <summary>A batch of the driver as a statement.</summary>
internal sealed class BatchStatement(ConnectionPool pool, PooledConnection? connection, bool opensConnection)
    : Statement(pool, connection, opensConnection)
{
    internal DbBatch Batch { get; } = pool.Provider.Factory.CanCreateBatch
        ? pool.Provider.Factory.CreateBatch()
        : throw new NotSupportedException($"The provider factory {pool.Provider.Factory.GetType()} makes no batches. CanCreateBatch tells.");

    private protected override int DriverTimeout
    {
        get => Batch.Timeout;
        set => Batch.Timeout = value;
    }

    private protected override string? Text => string.Join("; ", Batch.BatchCommands.Select(static command => command.CommandText));

    private protected override StatementEffect EffectIn(StatementEffects effects)
    {
        var commands = Batch.BatchCommands;
        var effect = StatementEffect.None;
        for (var i = 0; i < commands.Count; i++)
        {
            var next = effects.Of(commands[i].CommandType, commands[i].CommandText);
            effect = next > effect ? next : effect;
        }

        // A failure of another statement would leave the end of the transaction in doubt.
        return commands.Count > 1 && (effect == StatementEffect.Transaction || !effects.AllowsSeveral) ? StatementEffect.Session : effect;
    }

    private protected override WorkEffect Effect => Batch.BatchCommands
        .Select(static command => WorkText.EffectOf(command.CommandType, command.CommandText)).DefaultIfEmpty().Max();

    private protected override void SetDriverConnection(DbConnection? connection) => Batch.Connection = connection;

    private protected override void SetDriverTransaction(DbTransaction? transaction) => Batch.Transaction = transaction;

    private protected override int NonQuery() => Batch.ExecuteNonQuery();

    private protected override Task<int> NonQueryAsync(CancellationToken cancellationToken) => Batch.ExecuteNonQueryAsync(cancellationToken);

    private protected override object? Scalar() => Batch.ExecuteScalar();

    private protected override Task<object?> ScalarAsync(CancellationToken cancellationToken) => Batch.ExecuteScalarAsync(cancellationToken);

    private protected override DbDataReader Reader(CommandBehavior behavior) => Batch.ExecuteReader(behavior);

    private protected override Task<DbDataReader> ReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        Batch.ExecuteReaderAsync(behavior, cancellationToken);

    private protected override void PrepareDriverObject() => Batch.Prepare();

    private protected override Task PrepareDriverObjectAsync(CancellationToken cancellationToken) => Batch.PrepareAsync(cancellationToken);

    // Whatever a driver prepared it prepared for a text: a new text is unprepared.
    private protected override void ForgetPreparation()
    {
        foreach (var command in Batch.BatchCommands)
        {
            command.CommandText = command.CommandText;
        }
    }

    internal override void CancelOn(PhysicalConnection physical) => Batch.Cancel();

    private protected override void CancelWatchedOn(PhysicalConnection physical)
    {
    }

    private protected override void DisposeDriverObject() => Batch.Dispose();

    private protected override ValueTask DisposeDriverObjectAsync() => Batch.DisposeAsync();
}
