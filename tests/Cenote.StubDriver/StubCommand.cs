using System.Data;
using System.Diagnostics.CodeAnalysis;

namespace Cenote.StubDriver;

/// <summary>A command that changes nothing; its execution can be scripted.</summary>
public sealed class StubCommand : DbCommand
{
    private readonly StubParameterCollection _parameters = new();
    private volatile bool _isExecuting;

    /// <summary>The text. It cannot be set during an execution.</summary>
    [AllowNull]
    public override string CommandText
    {
        get;
        set => field = _isExecuting ? throw new InvalidOperationException("The command is executing.") : value ?? "";
    } = "";

    /// <inheritdoc/>
    public override int CommandTimeout { get; set; } = 30;

    /// <inheritdoc/>
    public override CommandType CommandType { get; set; } = CommandType.Text;

    /// <inheritdoc/>
    public override bool DesignTimeVisible { get; set; }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource { get; set; }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection { get; set; }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => _parameters;

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction { get; set; }

    /// <inheritdoc/>
    public override void Cancel()
    {
        if (DbConnection is StubConnection { State: ConnectionState.Open } connection)
        {
            // A request on a way of its own: it may arrive when the session runs something else, and would end that.
            connection.StubDatabase.Run(StubCall.Cancel);
        }
    }

    /// <inheritdoc/>
    public override void Prepare()
    {
    }

    /// <inheritdoc/>
    public override int ExecuteNonQuery()
    {
        Execute();
        return 0;
    }

    /// <summary>Gives the number of the session that ran it.</summary>
    public override object? ExecuteScalar()
    {
        Execute();

        // As real drivers do, where another thread has disposed of the command meanwhile.
        var connection = DbConnection as StubConnection ?? throw new InvalidOperationException("The command has lost its connection.");
        return connection.SessionOrThrow().Id;
    }

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => new StubParameter();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        Execute();
        using var empty = new DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture };
        return empty.CreateDataReader();
    }

    private void Execute()
    {
        var connection = DbConnection as StubConnection ?? throw new InvalidOperationException("The command has no connection.");
        if (connection.State != ConnectionState.Open)
        {
            throw new InvalidOperationException("The connection is not open.");
        }

        var session = connection.SessionOrThrow();
        session.BeginUse();
        _isExecuting = true;
        try
        {
            connection.StubDatabase.Run(StubCall.Execute);
            session.ThrowIfDead();
        }
        catch (StubException exception) when (exception.Kind == Cenote.FailureKind.ConnectionLost)
        {
            connection.Break();
            throw;
        }
        finally
        {
            _isExecuting = false;
            session.EndUse();
        }
    }
}
