using System.Data.Common;
using Cenote.Cli.Checking;

namespace Cenote.Cli.Measuring;

/// <summary>The checked options of a command that measures with a statement.</summary>
internal abstract record StatementOptions
{
    public required ServerQuestions Questions { get; init; }

    /// <summary>Gets the connection string. Never shown.</summary>
    public required string ConnectionString { get; init; }

    public required TimeSpan Timeout { get; init; }

    /// <summary>Gets the statement. Never shown, because it may have values of customers in it.</summary>
    public required string Statement { get; init; }

    /// <summary>Gets a value indicating whether the statement may change data.</summary>
    public bool AllowsWrites { get; init; }

    /// <summary>
    /// Gets what is measured: the connection string and the statement as given, or so that the database refuses writes.
    /// The server must have been asked before.
    /// </summary>
    public (string ConnectionString, string Statement) Measured => AllowsWrites ? (ConnectionString, Statement) : Questions.ToReadOnly(ConnectionString, Statement);

    /// <summary>Gets how long all measurements together take.</summary>
    public required TimeSpan Duration { get; init; }

    public bool Json { get; init; }

    /// <summary>Executes the statement, and explains why a server refused it as a write.</summary>
    /// <exception cref="MeasurementException">The statement would have changed data.</exception>
    public async Task<T> GuardAsync<T>(Func<Task<T>> execute)
    {
        try
        {
            return await execute();
        }
        catch (DbException exception) when (!AllowsWrites && Questions.IsRefusedAsWrite(exception))
        {
            throw new MeasurementException($"The statement was refused, because it changes data: {exception.Message.TrimEnd('.')}. Give --allow-writes if it may do so thousands of times.");
        }
    }

    /// <summary>Looks whether the sessions of a pool refuse writes, also after a reset.</summary>
    /// <param name="pool">A pool of the measured connection string.</param>
    /// <param name="name">Its name in a message.</param>
    /// <param name="cancellationToken">A token to end the look.</param>
    /// <exception cref="MeasurementException">They do not.</exception>
    public async Task CheckReadOnlyAsync(DbDataSource pool, string name, CancellationToken cancellationToken)
    {
        for (var holder = 0; holder < 2 && !AllowsWrites && Questions.ReadOnlyQuery is { } query; holder++)
        {
            await using var connection = await pool.OpenConnectionAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = query;
            if (await command.ExecuteScalarAsync(cancellationToken) is not "on")
            {
                throw new MeasurementException($"The sessions of {name} are not read-only, although they asked for it: something between here and the server ignores it. Give --allow-writes if the statement may change data thousands of times.");
            }
        }
    }
}
