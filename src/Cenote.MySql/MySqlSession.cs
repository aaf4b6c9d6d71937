using System.Data;
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
    private const string RoleQuery = "SELECT CURRENT_ROLE(), (SELECT COUNT(*) FROM information_schema.applicable_roles)";

    // Neither MySQL nor MariaDB puts the role back when it resets a session. It takes a second round trip,
    // which only users that have roles to choose from pay.
    private string? _setRole;

    private MySqlConnection Session => (MySqlConnection)Connection;

    /// <inheritdoc/>
    public override void Open()
    {
        base.Open();
        if (ResetMode == ResetMode.Full)
        {
            try
            {
                using var command = CreateCommand(RoleQuery, timeout: null);
                using var reader = command.ExecuteReader();
                _setRole = reader.Read() ? SetRole(reader) : null;
            }
            catch (MySqlException) when (Session.State == ConnectionState.Open)
            {
                // The server is too old to know roles.
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await base.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (ResetMode == ResetMode.Full)
        {
            try
            {
                var command = CreateCommand(RoleQuery, timeout: null);
                await using var _ = command.ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var __ = reader.ConfigureAwait(false);
                _setRole = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? SetRole(reader) : null;
            }
            catch (MySqlException) when (Session.State == ConnectionState.Open)
            {
                // The server is too old to know roles.
            }
        }
    }

    /// <inheritdoc/>
    public override void ClearSession()
    {
        var thread = Session.ServerThread;
        Session.Close();
        Session.Open();
        ThrowIfReplaced(thread);
        if (Afterwards is { } statement)
        {
            Execute(statement, timeout: null);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask ClearSessionAsync(CancellationToken cancellationToken)
    {
        var thread = Session.ServerThread;
        await Session.CloseAsync().ConfigureAwait(false);
        await Session.OpenAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfReplaced(thread);
        if (Afterwards is { } statement)
        {
            var command = CreateCommand(statement, timeout: null);
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

    // Without a reset, the driver ends only the transactions that were begun through it.
    private string? Afterwards => ResetMode == ResetMode.Rollback ? "ROLLBACK" : _setRole;

    private string? SetRole(MySqlDataReader reader)
    {
        if (reader.GetInt64(1) == 0)
        {
            return null;
        }

        // MySQL gives a list that is quoted already, or NONE; MariaDB one bare name, or NULL.
        var role = reader.IsDBNull(0) ? "NONE" : reader.GetString(0);
        var isBareName = !reader.IsDBNull(0) && Session.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        return "SET ROLE " + (isBareName ? $"`{role.Replace("`", "``", StringComparison.Ordinal)}`" : role);
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
