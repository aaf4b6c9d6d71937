using System.Data.Common;
using Cenote.Providers;

namespace Cenote.Oracle;

/// <summary>One unpooled session that the pool clears itself: a rollback, then one PL/SQL block.</summary>
internal sealed class OracleSession(DbConnection connection, ResetMode resetMode, string? more) : OwnResetConnection(connection, resetMode)
{
    private const string Validation = "SELECT 1 FROM DUAL";
    private const string SchemaQuery = "SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM DUAL";

    private string? _reset;

    /// <inheritdoc/>
    public override void Open()
    {
        base.Open();
        if (ResetMode == ResetMode.Full)
        {
            using var command = CreateCommand(SchemaQuery, timeout: null);
            _reset = ResetOf(command.ExecuteScalar());
        }
    }

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await base.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (ResetMode == ResetMode.Full)
        {
            var command = CreateCommand(SchemaQuery, timeout: null);
            await using (command.ConfigureAwait(false))
            {
                _reset = ResetOf(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false));
            }
        }
    }

    /// <summary>
    /// Rolls back by a transaction of its own. Unlike the statement, this is refused while the holder's transaction object is still open, which
    /// the driver would otherwise go on taking for open; then the connection is closed.
    /// </summary>
    public override void ClearSession()
    {
        using (var transaction = Connection.BeginTransaction())
        {
            transaction.Rollback();
        }

        if (_reset is not null)
        {
            Execute(_reset, timeout: null);
        }
    }

    /// <inheritdoc cref="ClearSession"/>
    public override async ValueTask ClearSessionAsync(CancellationToken cancellationToken)
    {
        var transaction = await Connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.RollbackAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_reset is not null)
        {
            await ExecuteAsync(_reset, timeout: null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Validate(TimeSpan timeout) => Execute(Validation, timeout);

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) => ExecuteAsync(Validation, timeout, cancellationToken);

    // Packages are initialized anew once the block has ended. The schema's name is quoted, since it may need to be.
    private string ResetOf(object? schema) =>
        $"""
        BEGIN
          DBMS_SESSION.CLEAR_IDENTIFIER;
          DBMS_APPLICATION_INFO.SET_MODULE(NULL, NULL);
          DBMS_APPLICATION_INFO.SET_CLIENT_INFO(NULL);
          EXECUTE IMMEDIATE 'ALTER SESSION SET ISOLATION_LEVEL = READ COMMITTED';
          EXECUTE IMMEDIATE 'ALTER SESSION SET CURRENT_SCHEMA = "{Convert.ToString(schema, System.Globalization.CultureInfo.InvariantCulture)?.Replace("'", "''", StringComparison.Ordinal)}"';
          {more}
          DBMS_SESSION.MODIFY_PACKAGE_STATE(DBMS_SESSION.REINITIALIZE);
        END;
        """;

    private void Execute(string text, TimeSpan? timeout)
    {
        using var command = CreateCommand(text, timeout);
        command.ExecuteNonQuery();
    }

    private async ValueTask ExecuteAsync(string text, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var command = CreateCommand(text, timeout);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private DbCommand CreateCommand(string text, TimeSpan? timeout)
    {
        var command = Connection.CreateCommand();

        // A carriage return in PL/SQL is an error to older servers.
        command.CommandText = text.ReplaceLineEndings("\n");
        if (timeout is { } limit)
        {
            // The driver counts in whole seconds, and takes 0 for no limit.
            command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds));
        }

        return command;
    }
}
