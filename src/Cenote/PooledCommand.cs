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
    private static readonly object Ended = new();

    // The object of each statement, and so 48 bytes: two fields beyond those of the base class. First the connection,
    // then the statement, at last the mark of a command that had no statement of its own.
    private object _target;
    private string? _text;

    internal PooledCommand(ConnectionPool pool, PooledConnection? connection, bool opensConnection) =>
        _target = new CommandStatement(pool, connection, opensConnection, this);

    internal PooledCommand(PooledConnection connection) => _target = connection;

    /// <summary>Gets the text for a statement that is not the command's own.</summary>
    internal string OwnText => Volatile.Read(ref _text) ?? "";

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText
    {
        get => FindOwn()?.Command.CommandText ?? OwnText;
        set
        {
            // A driver rejects a text during an execution.
            var own = FindOwn() ?? (Volatile.Read(ref _target) is CommandStatement { IsRunning: true } ? RequireOwn() : null);
            if (own is not null)
            {
                own.Command.CommandText = value;
            }
            else
            {
                Volatile.Write(ref _text, value);
            }
        }
    }

    /// <summary>
    /// Gets or sets the timeout of an execution in seconds. The driver decides what 0 means (mostly no timeout).
    /// </summary>
    /// <value>Default: the driver's, or that of its connection string.</value>
    public override int CommandTimeout
    {
        get => RequireOwn().Timeout;
        set => RequireOwn().Timeout = value;
    }

    /// <inheritdoc/>
    public override CommandType CommandType
    {
        get => FindOwn()?.Command.CommandType ?? CommandType.Text;
        set
        {
            if (value != CommandType.Text || FindOwn() is not null)
            {
                RequireOwn().Command.CommandType = value;
            }
        }
    }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource
    {
        get => RequireOwn().Command.UpdatedRowSource;
        set => RequireOwn().Command.UpdatedRowSource = value;
    }

    /// <inheritdoc/>
    public override bool DesignTimeVisible
    {
        get => RequireOwn().Command.DesignTimeVisible;
        set => RequireOwn().Command.DesignTimeVisible = value;
    }

    /// <summary>
    /// Gets or sets whether the statement only reads. A command created by the pool itself
    /// (<see cref="ConnectionPool.CreateCommand"/>) then runs again when its connection is lost: up to 3 times, after
    /// 50, 100 and 200 ms, and no later than <see cref="CommandTimeout"/> after the execution began, or the pool's
    /// acquire timeout where that is 0. A reader runs again until it has been returned to the caller, not in the middle
    /// of rows.
    /// </summary>
    /// <value>
    /// Default <see langword="false"/>: the command runs again only on another connection, when the server had closed
    /// the rented one before anything was sent. Set it only if running the statement twice does no harm.
    /// </value>
    /// <exception cref="InvalidOperationException">The command belongs to an open connection.</exception>
    public bool IsReadOnly
    {
        get => FindOwn()?.IsReadOnly == true;
        set
        {
            if (value || FindOwn() is not null)
            {
                RequireOwn().IsReadOnly = value;
            }
        }
    }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => Volatile.Read(ref _target) switch
        {
            PooledConnection connection => connection,
            CommandStatement statement => statement.FindConnection(this),
            _ => null,
        };
        set
        {
            if (!ReferenceEquals(value, DbConnection))
            {
                RequireOwn().Connection = value;
            }
        }
    }

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction
    {
        get => FindOwn()?.Transaction;
        set
        {
            if (value is not null || FindOwn() is not null)
            {
                RequireOwn().Transaction = value;
            }
        }
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => RequireOwn().Command.Parameters;

    /// <summary>
    /// Gets the driver's own command, to set properties that only it has. Do not execute or keep it, and do not change
    /// its connection.
    /// </summary>
    /// <typeparam name="TCommand">The driver's command type, such as <c>NpgsqlCommand</c>.</typeparam>
    /// <exception cref="InvalidCastException">The pool's driver has another command type.</exception>
    public TCommand Unwrap<TCommand>()
        where TCommand : DbCommand =>
        RequireOwn().Expose() is var command && command is TCommand unwrapped
            ? unwrapped
            : throw new InvalidCastException($"The command is a {command.GetType()}, not a {typeof(TCommand)}.");

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => RequireOwn().Command.CreateParameter();

    /// <inheritdoc/>
    public override int ExecuteNonQuery()
    {
        var statement = BeginUse();
        try
        {
            return statement.IsReadOnly
                ? statement.RunAgain(0, static (statement, _) => statement.ExecuteNonQuery())
                : statement.ExecuteNonQuery();
        }
        finally
        {
            statement.EndUse();
        }
    }

    /// <inheritdoc/>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        if (TryBeginUse() is not { } statement)
        {
            return Task.FromException<int>(WasDisposedOf());
        }

        try
        {
            return statement.IsReadOnly
                ? statement.RunAgainAsync(0, static (statement, _, token) => statement.ExecuteNonQueryAsync(token), cancellationToken)
                : statement.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            statement.EndUse();
        }
    }

    /// <inheritdoc/>
    public override object? ExecuteScalar()
    {
        var statement = BeginUse();
        try
        {
            return statement.IsReadOnly
                ? statement.RunAgain(0, static (statement, _) => statement.ExecuteScalar())
                : statement.ExecuteScalar();
        }
        finally
        {
            statement.EndUse();
        }
    }

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        if (TryBeginUse() is not { } statement)
        {
            return Task.FromException<object?>(WasDisposedOf());
        }

        try
        {
            return statement.IsReadOnly
                ? statement.RunAgainAsync(0, static (statement, _, token) => statement.ExecuteScalarAsync(token), cancellationToken)
                : statement.ExecuteScalarAsync(cancellationToken);
        }
        finally
        {
            statement.EndUse();
        }
    }

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        var statement = BeginUse();
        try
        {
            return statement.IsReadOnly
                ? statement.RunAgain(behavior, static (statement, behavior) => statement.ExecuteReader(behavior))
                : statement.ExecuteReader(behavior);
        }
        finally
        {
            statement.EndUse();
        }
    }

    /// <inheritdoc/>
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        if (TryBeginUse() is not { } statement)
        {
            return Task.FromException<DbDataReader>(WasDisposedOf());
        }

        try
        {
            return statement.IsReadOnly
                ? statement.RunAgainAsync(behavior, static (statement, behavior, token) => statement.ExecuteReaderAsync(behavior, token), cancellationToken)
                : statement.ExecuteReaderAsync(behavior, cancellationToken);
        }
        finally
        {
            statement.EndUse();
        }
    }

    /// <inheritdoc/>
    public override void Prepare() => RequireOwn().Prepare();

    /// <inheritdoc/>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) => RequireOwn().PrepareAsync(cancellationToken);

    /// <summary>
    /// Asks the driver to cancel the execution in progress. Does nothing once the connection was returned.
    /// </summary>
    public override void Cancel()
    {
        // Without a statement, none was executed. A statement that may be cancelled late is not for another command.
        if (Volatile.Read(ref _target) is CommandStatement statement && statement.TryMakeOwn(this))
        {
            statement.Cancel();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (TryTakeOwn() is { } statement)
        {
            await statement.DisposeAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            TryTakeOwn()?.Dispose();
        }

        base.Dispose(disposing);
    }

    private static ObjectDisposedException WasDisposedOf() => new(nameof(PooledCommand));

    private CommandStatement BeginUse() => TryBeginUse() ?? throw WasDisposedOf();

    /// <summary>Begins a use of the command's statement, and takes one for the first execution.</summary>
    /// <returns><see langword="null"/> when the command was disposed of.</returns>
    private CommandStatement? TryBeginUse()
    {
        while (true)
        {
            switch (Volatile.Read(ref _target))
            {
                case CommandStatement statement when statement.TryBeginUse(this):
                    return statement;
                case PooledConnection connection:
                    var taken = CommandStatement.Take(this, connection);
                    if (Interlocked.CompareExchange(ref _target, taken, connection) != connection && !taken.TryRelease(this))
                    {
                        taken.Dispose();
                    }

                    break;
                default:
                    return null;
            }
        }
    }

    /// <summary>Returns the statement if it is the command's own.</summary>
    private CommandStatement? FindOwn() =>
        Volatile.Read(ref _target) is CommandStatement { IsOwn: true } statement && statement.TryMakeOwn(this) ? statement : null;

    /// <summary>Returns a statement of the command's own, whose driver's object its user may have.</summary>
    private CommandStatement RequireOwn()
    {
        while (true)
        {
            switch (Volatile.Read(ref _target))
            {
                case CommandStatement statement when statement.TryMakeOwn(this):
                    return statement;
                case PooledConnection connection:
                    var own = CommandStatement.Create(this, connection);
                    if (Interlocked.CompareExchange(ref _target, own, connection) == connection)
                    {
                        return own;
                    }

                    own.Dispose();
                    break;
                default:
                    throw WasDisposedOf();
            }
        }
    }

    /// <summary>Gives up the statement when the command is disposed of.</summary>
    /// <returns>The command's own, which is to be disposed of, too.</returns>
    private CommandStatement? TryTakeOwn()
    {
        while (true)
        {
            var target = Volatile.Read(ref _target);
            if (target is CommandStatement statement)
            {
                if (!statement.TryRelease(this))
                {
                    return statement;
                }

                Volatile.Write(ref _target, Ended);
                return null;
            }

            if (target == Ended || Interlocked.CompareExchange(ref _target, Ended, target) == target)
            {
                return null;
            }
        }
    }
}
