using System.Data.Common;
using Cenote.AdoNet;

namespace Cenote;

// Commands and batches that rent a connection for each execution. The base class has wrappers of its own, but they
// close the connection under an open reader when only the command is garbage-collected.
public sealed partial class ConnectionPool
{
    private int _defaultCommandTimeout = -1;

    /// <summary>
    /// Gets the driver's default command timeout in seconds; <see langword="null"/> until a command was executed.
    /// </summary>
    internal int? DefaultCommandTimeout => Volatile.Read(ref _defaultCommandTimeout) is >= 0 and var timeout ? timeout : null;

    /// <summary>
    /// Gets or sets whether physical connections keep a command of the driver: until one refuses, so that the commands
    /// of other drivers do not ask each time.
    /// </summary>
    internal bool KeepsCommands { get; set; } = true;

    /// <summary>
    /// Gets the command timeout that the driver's connection gives to its commands, and reads it only once.
    /// </summary>
    internal int LearnDefaultCommandTimeout(DbConnection connection)
    {
        if (DefaultCommandTimeout is { } known)
        {
            return known;
        }

        using var command = connection.CreateCommand();
        Volatile.Write(ref _defaultCommandTimeout, command.CommandTimeout);
        return command.CommandTimeout;
    }

    /// <summary>
    /// Creates a command that rents a connection for each execution, until its reader is closed. See
    /// <see cref="PooledCommand.IsReadOnly"/> for statements that may run again.
    /// </summary>
    /// <param name="commandText">The statement.</param>
    public new PooledCommand CreateCommand(string? commandText = null) =>
        new(this, new PooledConnection(this, default(CallSite)), opensConnection: true) { CommandText = commandText };

    /// <inheritdoc cref="CreateCommand"/>
    protected override DbCommand CreateDbCommand(string? commandText = null) => CreateCommand(commandText);

    /// <summary>Creates a batch that rents a connection for each execution, until its reader is closed.</summary>
    protected override DbBatch CreateDbBatch() =>
        new PooledBatch(this, new PooledConnection(this, default(CallSite)), opensConnection: true);
}
