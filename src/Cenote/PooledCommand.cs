using System.ComponentModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Cenote.AdoNet;

namespace Cenote;

/// <summary>
/// A command that runs on a <see cref="PooledConnection"/> while it is open, and never on another holder's session.
/// </summary>
/// <remarks>
/// Parameters are the driver's own. A command without a <see cref="DbCommand.Transaction"/> joins the open transaction
/// of its connection. Exceptions of the driver pass through unchanged.
/// </remarks>
[DesignerCategory("")]
public sealed class PooledCommand : DbCommand
{
    private readonly CommandStatement _statement;

    internal PooledCommand(ConnectionPool pool, PooledConnection? connection, bool opensConnection) =>
        _statement = new CommandStatement(pool, connection, opensConnection);

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText
    {
        get => _statement.Command.CommandText;
        set => _statement.Command.CommandText = value;
    }

    /// <summary>
    /// Gets or sets the timeout of an execution in seconds. The driver decides what 0 means (mostly no timeout).
    /// </summary>
    /// <value>Default: the driver's, or that of its connection string.</value>
    public override int CommandTimeout
    {
        get => _statement.Timeout;
        set => _statement.Timeout = value;
    }

    /// <inheritdoc/>
    public override CommandType CommandType
    {
        get => _statement.Command.CommandType;
        set => _statement.Command.CommandType = value;
    }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource
    {
        get => _statement.Command.UpdatedRowSource;
        set => _statement.Command.UpdatedRowSource = value;
    }

    /// <inheritdoc/>
    public override bool DesignTimeVisible
    {
        get => _statement.Command.DesignTimeVisible;
        set => _statement.Command.DesignTimeVisible = value;
    }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => _statement.Connection;
        set => _statement.Connection = value;
    }

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction
    {
        get => _statement.Transaction;
        set => _statement.Transaction = value;
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => _statement.Command.Parameters;

    /// <summary>
    /// Gets the driver's own command, to set properties that only it has. Do not execute or keep it, and do not change
    /// its connection.
    /// </summary>
    /// <typeparam name="TCommand">The driver's command type, such as <c>NpgsqlCommand</c>.</typeparam>
    /// <exception cref="InvalidCastException">The pool's driver has another command type.</exception>
    public TCommand Unwrap<TCommand>()
        where TCommand : DbCommand =>
        _statement.Command as TCommand
            ?? throw new InvalidCastException($"The command is a {_statement.Command.GetType()}, not a {typeof(TCommand)}.");

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => _statement.Command.CreateParameter();

    /// <inheritdoc/>
    public override int ExecuteNonQuery() => _statement.ExecuteNonQuery();

    /// <inheritdoc/>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => _statement.ExecuteNonQueryAsync(cancellationToken);

    /// <inheritdoc/>
    public override object? ExecuteScalar() => _statement.ExecuteScalar();

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) => _statement.ExecuteScalarAsync(cancellationToken);

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => _statement.ExecuteReader(behavior);

    /// <inheritdoc/>
    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await _statement.ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override void Prepare() => _statement.Prepare();

    /// <inheritdoc/>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) => _statement.PrepareAsync(cancellationToken);

    /// <summary>
    /// Asks the driver to cancel the execution in progress. Does nothing once the connection was returned.
    /// </summary>
    public override void Cancel() => _statement.Cancel();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _statement.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _statement.Dispose();
        }

        base.Dispose(disposing);
    }
}
