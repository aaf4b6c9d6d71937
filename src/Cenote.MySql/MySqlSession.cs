using Cenote.Providers;
using MySqlConnector;

namespace Cenote.MySql;

/// <summary>
/// One session in a MySqlConnector pool of its own. To clear it, the driver takes it back and gives it out again, which is when it
/// resets: transaction, prepared statements (also those that it remembers itself), database, character set.
/// </summary>
/// <remarks>
/// <see cref="MySqlConnection.ResetConnectionAsync"/> would leave three of these behind: statements that the driver still
/// believes prepared, a changed database, and the server's default character set.
/// </remarks>
internal sealed class MySqlSession(MySqlDataSource dataSource, ResetMode resetMode)
    : OwnResetConnection(dataSource.CreateConnection(), resetMode)
{
    private MySqlConnection Session => (MySqlConnection)Connection;

    /// <inheritdoc/>
    public override void ClearSession()
    {
        var thread = Session.ServerThread;
        Session.Close();
        Session.Open();
        ThrowIfReplaced(thread);
        if (ResetMode == ResetMode.Rollback)
        {
            // The driver ends only the transactions that were begun through it.
            Execute("ROLLBACK", timeout: null);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask ClearSessionAsync(CancellationToken cancellationToken)
    {
        var thread = Session.ServerThread;
        await Session.CloseAsync().ConfigureAwait(false);
        await Session.OpenAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfReplaced(thread);
        if (ResetMode == ResetMode.Rollback)
        {
            var command = CreateCommand("ROLLBACK", timeout: null);
            await using (command.ConfigureAwait(false))
            {
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public override void Validate(TimeSpan timeout) => Execute("DO 0", timeout);

    /// <inheritdoc/>
    public override async ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!await Session.PingAsync(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException("The server did not answer a ping.");
        }
    }

    /// <inheritdoc/>
    public override async ValueTask CloseAsync()
    {
        await base.CloseAsync().ConfigureAwait(false);
        await dataSource.DisposeAsync().ConfigureAwait(false);
    }

    // The driver replaces a dead session without a word. The pool must know: it counts sessions and their ages.
    private void ThrowIfReplaced(int thread)
    {
        if (Session.ServerThread != thread)
        {
            throw new IOException("The session was lost before it could be reset.");
        }
    }

    private void Execute(string text, TimeSpan? timeout)
    {
        using var command = CreateCommand(text, timeout);
        command.ExecuteNonQuery();
    }

    private MySqlCommand CreateCommand(string text, TimeSpan? timeout)
    {
        var command = new MySqlCommand(text, Session);
        if (timeout is { } limit)
        {
            // MySqlConnector counts in whole seconds, and takes 0 for no limit.
            command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds));
        }

        return command;
    }
}
