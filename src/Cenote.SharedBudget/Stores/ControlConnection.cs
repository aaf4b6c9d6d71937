using System.Data;

namespace Cenote.SharedBudget.Stores;

/// <summary>
/// The connection of an instance that asks the database about its budget. It counts in the instance's grant. One caller
/// at a time.
/// </summary>
internal sealed class ControlConnection(DbProviderFactory factory, Func<string> createConnectionString, string? firstStatement) : IAsyncDisposable
{
    private DbConnection? _connection;

    /// <summary>Gets whether there is a connection, as far as is known.</summary>
    internal bool IsOpen => Volatile.Read(ref _connection) is not null;

    /// <summary>Runs a query and returns its rows.</summary>
    internal async Task<IReadOnlyList<object?[]>> QueryAsync(string statement, CancellationToken cancellationToken, params (string Name, string Value)[] parameters)
    {
        return await UseAsync(
            async command =>
            {
                var rows = new List<object?[]>();
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        var row = new object?[reader.FieldCount];
                        reader.GetValues(row!);
                        rows.Add(row);
                    }
                }

                return rows;
            },
            statement,
            parameters,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    internal Task<int> ExecuteAsync(string statement, CancellationToken cancellationToken, params (string Name, string Value)[] parameters) =>
        UseAsync(command => command.ExecuteNonQueryAsync(cancellationToken), statement, parameters, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<T> UseAsync<T>(Func<DbCommand, Task<T>> use, string statement, (string Name, string Value)[] parameters, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
#pragma warning disable CA2100 // A constant of the dialect, or a number of a session.
                command.CommandText = statement;
#pragma warning restore CA2100
                foreach (var (name, value) in parameters)
                {
                    var parameter = command.CreateParameter();
                    (parameter.ParameterName, parameter.Value, parameter.DbType) = (name, value, DbType.String);
                    command.Parameters.Add(parameter);
                }

                return await use(command).ConfigureAwait(false);
            }
        }
        catch (DbException exception) when (_connection is { State: ConnectionState.Open } && !cancellationToken.IsCancellationRequested && !exception.IsTransient)
        {
            // The statement failed, not the connection.
            throw;
        }
        catch (Exception)
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_connection is { } open)
        {
            return open;
        }

        var connection = factory.CreateConnection() ?? throw new InvalidOperationException($"{factory.GetType().Name} creates no connections.");
        try
        {
            connection.ConnectionString = createConnectionString();
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (firstStatement is not null)
            {
                var command = connection.CreateCommand();
                await using (command.ConfigureAwait(false))
                {
#pragma warning disable CA2100 // A constant of the dialect.
                    command.CommandText = firstStatement;
#pragma warning restore CA2100
                    await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return _connection = connection;
    }
}
