using Cenote.Providers;

namespace Cenote.Oracle;

/// <summary>An unpooled session that the pool resets itself, with a rollback and then one PL/SQL block.</summary>
internal sealed class OracleSession(DbConnection connection, ResetMode resetMode, string? more) : PhysicalConnection(connection, SessionReset.ByPool, resetMode)
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
            using var command = DriverStatements.Create(Connection, SchemaQuery, timeout: null);
            _reset = ResetOf(command.ExecuteScalar());
        }
    }

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await base.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (ResetMode == ResetMode.Full)
        {
            var command = DriverStatements.Create(Connection, SchemaQuery, timeout: null);
            await using (command.ConfigureAwait(false))
            {
                _reset = ResetOf(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false));
            }
        }
    }

    /// <summary>
    /// Rolls back with its own transaction. Unlike the statement, this fails while the holder's transaction object is
    /// open, which the driver would otherwise still treat as open. The connection is then closed.
    /// </summary>
    public override void ResetSession()
    {
        using (var transaction = Connection.BeginTransaction())
        {
            transaction.Rollback();
        }

        if (_reset is not null)
        {
            Connection.Execute(_reset, timeout: null);
        }
    }

    /// <inheritdoc cref="ResetSession"/>
    public override async ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        var transaction = await Connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await transaction.RollbackAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_reset is not null)
        {
            await Connection.ExecuteAsync(_reset, timeout: null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Validate(TimeSpan timeout) => Connection.Execute(Validation, timeout);

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) => Connection.ExecuteAsync(Validation, timeout, cancellationToken);

    // Packages are initialized again once the block has ended. The schema's name is quoted, because it may need to be.
    // A carriage return in PL/SQL is an error to older servers.
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
        """.ReplaceLineEndings("\n");
}
