using System.Data;
using System.Data.Common;
using Cenote.Execution;
using Cenote.Providers;
using Cenote.Statements;

namespace Cenote.AdoNet;

/// <summary>A statement that is a command of the driver.</summary>
internal sealed partial class CommandStatement(ConnectionPool pool, PooledConnection? connection, bool opensConnection, PooledCommand? holder = null)
    : Statement(pool, connection, opensConnection)
{
    private bool _isExposed;

    internal DbCommand Command { get; } = pool.Provider.Factory.CreateCommand()
        ?? throw new NotSupportedException($"The provider factory {pool.Provider.Factory.GetType()} does not create commands. Use ConnectionPool.Rent and the driver's own connection.");

    /// <summary>
    /// Returns the command for a holder that may use its connection, so that the pool no longer knows what it sends.
    /// </summary>
    internal DbCommand Expose()
    {
        _isExposed = true;
        MarkDirty();
        return Command;
    }

    private protected override int DriverTimeout
    {
        get => Command.CommandTimeout;
        set => Command.CommandTimeout = value;
    }

    private protected override string? Text => Command.CommandText;

    private protected override StatementEffect EffectIn(StatementEffects effects) =>
        _isExposed ? StatementEffect.Session : effects.Of(Command.CommandType, Command.CommandText);

    private protected override WorkEffect Effect => WorkText.EffectOf(Command.CommandType, Command.CommandText);

    private protected override int DefaultTimeout => Pool.DefaultCommandTimeout ?? Command.CommandTimeout;

    private protected override void SetDriverConnection(DbConnection? connection)
    {
        Command.Connection = connection;
        if (connection is not null && !HasOwnTimeout
            && Pool.LearnDefaultCommandTimeout(connection) is var timeout && Command.CommandTimeout != timeout)
        {
            Command.CommandTimeout = timeout;
        }
    }

    private protected override void SetDriverTransaction(DbTransaction? transaction) => Command.Transaction = transaction;

    private protected override int NonQuery() => Command.ExecuteNonQuery();

    private protected override Task<int> NonQueryAsync(CancellationToken cancellationToken) => Command.ExecuteNonQueryAsync(cancellationToken);

    private protected override object? Scalar() => Command.ExecuteScalar();

    private protected override Task<object?> ScalarAsync(CancellationToken cancellationToken) => Command.ExecuteScalarAsync(cancellationToken);

    private protected override DbDataReader Reader(CommandBehavior behavior) => Command.ExecuteReader(behavior);

    private protected override Task<DbDataReader> ReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        Command.ExecuteReaderAsync(behavior, cancellationToken);

    private protected override void PrepareDriverObject() => Command.Prepare();

    private protected override Task PrepareDriverObjectAsync(CancellationToken cancellationToken) => Command.PrepareAsync(cancellationToken);

    // A driver prepares a text, so a new text is unprepared.
    private protected override void ForgetPreparation() => Command.CommandText = Command.CommandText;

    internal override void CancelOn(PhysicalConnection physical) => physical.CancelStatement(Command);

    private protected override void CancelWatchedOn(PhysicalConnection physical) => Pool.Provider.InProcess?.CancelWatchedStatement(physical, Command);

    private protected override void DisposeDriverObject() => Command.Dispose();

    private protected override ValueTask DisposeDriverObjectAsync() => Command.DisposeAsync();
}
