using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Replicas;

/// <summary>
/// A command of a query. EF Core opens the connection when it executes the command, so the route learns of the query
/// here.
/// </summary>
internal sealed class QueryCommand(IRelationalConnection connection) : IRelationalCommand
{
    internal IRelationalCommand Inner { get; set; } = null!;

    public string CommandText => Inner.CommandText;

    public string LogCommandText => Inner.LogCommandText;

    public IReadOnlyList<IRelationalParameter> Parameters => Inner.Parameters;

    public void PopulateFrom(IRelationalCommandTemplate commandTemplate) =>
        Inner.PopulateFrom(commandTemplate is QueryCommand command ? command.Inner : commandTemplate);

    public DbCommand CreateDbCommand(RelationalCommandParameterObject parameterObject, Guid commandId, DbCommandMethod commandMethod) =>
        Inner.CreateDbCommand(OnContext(parameterObject), commandId, commandMethod);

    // ExecuteUpdate and ExecuteDelete.
    public int ExecuteNonQuery(RelationalCommandParameterObject parameterObject) => Inner.ExecuteNonQuery(OnContext(parameterObject));

    public Task<int> ExecuteNonQueryAsync(RelationalCommandParameterObject parameterObject, CancellationToken cancellationToken = default) =>
        Inner.ExecuteNonQueryAsync(OnContext(parameterObject), cancellationToken);

    public object? ExecuteScalar(RelationalCommandParameterObject parameterObject) => Inner.ExecuteScalar(OnContext(parameterObject));

    public Task<object?> ExecuteScalarAsync(RelationalCommandParameterObject parameterObject, CancellationToken cancellationToken = default) =>
        Inner.ExecuteScalarAsync(OnContext(parameterObject), cancellationToken);

    public RelationalDataReader ExecuteReader(RelationalCommandParameterObject parameterObject)
    {
        var route = Begin(parameterObject.CommandSource);
        try
        {
            return Inner.ExecuteReader(OnContext(parameterObject));
        }
        finally
        {
            route?.EndOpening();
        }
    }

    public async Task<RelationalDataReader> ExecuteReaderAsync(RelationalCommandParameterObject parameterObject, CancellationToken cancellationToken = default)
    {
        var route = Begin(parameterObject.CommandSource);
        try
        {
            return await Inner.ExecuteReaderAsync(OnContext(parameterObject), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            route?.EndOpening();
        }
    }

    private ContextRoute? Begin(CommandSource source)
    {
        var route = ContextRoute.Of(connection.DbConnection);
        route?.BeginOpening(source, Inner.CommandText, connection);
        return route;
    }

    // The context's own connection, as without a set.
    private RelationalCommandParameterObject OnContext(RelationalCommandParameterObject given) =>
        new(connection, given.ParameterValues, given.ReaderColumns, given.Context, given.Logger, given.DetailedErrorsEnabled, given.CommandSource);
}
