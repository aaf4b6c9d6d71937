using System.Data;

namespace Cenote.PostgreSql;

/// <summary>
/// A session that the pool resets with its own round trip, for versions of Npgsql without the members that
/// <see cref="ImmediateResetSession"/> needs.
/// </summary>
internal sealed class PoolResetSession(SharedSource source, ConnectionSettings settings, PoolerTraits pooler)
    : PostgreSqlSession(source.CreateConnection(), SessionReset.ByPool, settings, pooler, source.Answers)
{
    /// <inheritdoc/>
    public override void ResetSession()
    {
        BeginUnlessInTransaction();
        var mayHaveOrigin = Backend.MayHaveOrigin;
        using var batch = CreateBatch(mayHaveOrigin);
        var prepared = false;
        var hasOrigin = false;
        using (var reader = batch.ExecuteReader())
        {
            prepared = reader.Read() && ReadAnswer(reader);
            while (reader.NextResult())
            {
                hasOrigin |= reader.Read() && reader.GetBoolean(0);
            }
        }

        ForgetPreparedStatements(prepared);
        if (hasOrigin && mayHaveOrigin is null)
        {
            // It may have one. More is not known yet.
            Backend.RecordOrigin();
            using var command = Session.CreateCommand();
            command.CommandText = SessionCommands.OriginQuery;
            hasOrigin = command.ExecuteScalar() is true;
        }

        if (hasOrigin)
        {
            Session.Execute(SessionCommands.ResetOrigin);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        BeginUnlessInTransaction();
        var mayHaveOrigin = Backend.MayHaveOrigin;
        var batch = CreateBatch(mayHaveOrigin);
        var prepared = false;
        var hasOrigin = false;
        await using (batch.ConfigureAwait(false))
        {
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                prepared = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && ReadAnswer(reader);
                while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
                {
                    hasOrigin |= await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.GetBoolean(0);
                }
            }
        }

        ForgetPreparedStatements(prepared);
        if (hasOrigin && mayHaveOrigin is null)
        {
            Backend.RecordOrigin();
            var command = Session.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = SessionCommands.OriginQuery;
                hasOrigin = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
            }
        }

        if (hasOrigin)
        {
            await Session.ExecuteAsync(SessionCommands.ResetOrigin, timeout: null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override ValueTask CloseAsync() => Session.EndAsync(source);

    /// <inheritdoc/>
    public override ValueTask AbortAsync() => Session.AbortAsync(source);

    protected override void Connect() => source.Open(Session, Settings.Credentials?.Password);

    protected override ValueTask ConnectAsync(CancellationToken cancellationToken) =>
        source.OpenAsync(Session, Settings.Credentials?.Password, cancellationToken);

    // ROLLBACK outside a transaction writes a warning to the server's log for every lease, so a transaction is always
    // begun. Npgsql sends the BEGIN with the batch, and knows whether a transaction is in progress.
    private void BeginUnlessInTransaction()
    {
        try
        {
            _ = Session.BeginTransaction();
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException && Session.State == ConnectionState.Open)
        {
        }
    }

    // With barriers each statement is its own transaction, as DISCARD ALL requires, and all travel in one round trip.
    private ResetBatch CreateBatch(bool? mayHaveOrigin)
    {
        var batch = new ResetBatch(Session) { EnableErrorBarriers = true, BatchCommands = { new("ROLLBACK") } };
        if (ResetMode == ResetMode.Full)
        {
            batch.BatchCommands.Add(new("SELECT pg_backend_pid(), EXISTS (SELECT FROM pg_prepared_statements WHERE NOT from_sql)"));
            batch.BatchCommands.Add(new("DISCARD ALL"));
            if (Backend.StartsInRole)
            {
                batch.BatchCommands.Add(new(SessionCommands.ResetRole));
            }

            if (mayHaveOrigin != false)
            {
                // Last, because the role that the lease left may lack the privilege. While the privilege of the user is
                // unknown, the query is for the privilege.
                batch.BatchCommands.Add(new(mayHaveOrigin is null ? "SELECT " + SessionCommands.OriginPrivilege : SessionCommands.OriginQuery));
            }
        }

        return batch;
    }

    // The process that answers, and whether the driver had prepared statements there.
    private bool ReadAnswer(NpgsqlDataReader row)
    {
        Backend.Check(row.GetInt32(0));
        return row.GetBoolean(1);
    }

    // DISCARD ALL deallocated statements that Npgsql prepared and would use again. This rare second round trip makes it
    // drop them. The driver has it in synchronous form only.
    private void ForgetPreparedStatements(bool any)
    {
        if (any)
        {
            Session.UnprepareAll();
        }
    }
}
