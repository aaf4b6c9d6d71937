using Cenote.FaultTests.Clients;

namespace Cenote.FaultTests.Scenarios;

/// <summary>What an administrator, and other users, do to the sessions of a pool.</summary>
internal static class SessionFaults
{
    internal static Task NothingAsync(Incident incident) => Task.CompletedTask;

    internal static async Task EndAllAsync(Incident incident)
    {
        await using var admin = await incident.Server.OpenAdminAsync();
        foreach (var session in await incident.Server.SessionsAsync())
        {
            await EndAsync(admin, incident.Server, session);
        }
    }

    /// <summary>A statement is running on the session when it ends: its caller must hear of it.</summary>
    internal static async Task EndBusyAsync(Incident incident)
    {
        for (var round = 0; round < 3; round++)
        {
            var held = await incident.Pool.RentAsync(RentStyle.Pooled, CancellationToken.None);
            var hanging = ExecuteAsync(held.Connection, incident.Server.Hang);
            await using (var admin = await incident.Server.OpenAdminAsync())
            {
                long? session = null;
                await Patience.UntilAsync(async () => (session = await FindHangingAsync(admin, incident.Server)) is not null, Patience.Limit);
                await EndAsync(admin, incident.Server, session ?? throw new TimeoutException("The statement never began."));
            }

            if (await FailureOfAsync(hanging.Soon()) is null)
            {
                incident.Problems.Add("A statement went well although its session had been ended.");
            }

            await held.ReturnAsync();
        }
    }

    /// <summary>
    /// A transaction that wrote and had not ended: nothing of it may stay, and its caller must hear of it.
    /// </summary>
    internal static async Task EndInTransactionAsync(Incident incident)
    {
        for (var round = 0; round < 3; round++)
        {
            var held = await incident.Pool.RentAsync(RentStyle.Pooled, CancellationToken.None);
            var value = 1_000_000 + Random.Shared.Next(1_000_000_000);
            await using var transaction = await held.Connection.BeginTransactionAsync();
            await ExecuteAsync(held.Connection, incident.Server.Insert(value), transaction);
            var session = await NumberAsync(held.Connection, incident.Server.SessionNumber, transaction);
            await using var admin = await incident.Server.OpenAdminAsync();
            await EndAsync(admin, incident.Server, session);
            if (await FailureOfAsync(transaction.CommitAsync().Soon()) is null)
            {
                incident.Problems.Add("A commit went well although its session had been ended.");
            }

            await held.ReturnAsync();
            if (await NumberAsync(admin, incident.Server.Count(value)) != 0)
            {
                incident.Problems.Add("A transaction whose session was ended before its commit left a row behind.");
            }
        }
    }

    /// <summary>Others take every connection that the server gives, the pool's as well.</summary>
    internal static async Task CrowdOutAsync(Incident incident)
    {
        while (incident.Strangers.Count < DatabaseServer.MaxConnections)
        {
            try
            {
                incident.Strangers.Add(await incident.Server.OpenStrangerAsync());
            }
            catch (DbException)
            {
                await EndAllAsync(incident);
            }
        }
    }

    internal static async Task ChangePasswordAsync(Incident incident)
    {
        await incident.Server.UseNewPasswordAsync();
        await EndAllAsync(incident);
    }

    internal static Task LearnPasswordAsync(Incident incident)
    {
        incident.Vault.Password = incident.Server.Password;
        return Task.CompletedTask;
    }

    private static async Task EndAsync(DbConnection admin, DatabaseServer server, long session)
    {
        try
        {
            await ExecuteAsync(admin, server.EndSession(session));
        }
        catch (DbException)
        {
            // It has ended by itself meanwhile.
        }
    }

    private static async Task<long?> FindHangingAsync(DbConnection admin, DatabaseServer server)
    {
        await using var command = admin.CreateCommand();
        command.CommandText = server.HangingQuery;
        return await command.ExecuteScalarAsync() is { } id and not DBNull ? Convert.ToInt64(id, System.Globalization.CultureInfo.InvariantCulture) : null;
    }

    private static async Task ExecuteAsync(DbConnection connection, string text, DbTransaction? transaction = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> NumberAsync(DbConnection connection, string text, DbTransaction? transaction = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<Exception?> FailureOfAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
