using System.Data;
using Microsoft.Data.SqlClient;

namespace Cenote.SqlServer;

/// <summary>The calls of the driver that a session needs.</summary>
internal static class SessionCommands
{
    internal const string Validation = "SELECT 1";

    /// <summary>
    /// Resets the isolation level, the only state that the server's reset leaves (dotnet/SqlClient#96). Every session
    /// begins with this level.
    /// </summary>
    internal const string ResetIsolation = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED";

    /// <summary>
    /// Reads the identity of the session, and the switches of the driver's object after the application's callback.
    /// </summary>
    internal static Origin GetOrigin(this SqlConnection session) =>
        new(session.ClientConnectionId, session.FireInfoMessageEventOnUserErrors, session.StatisticsEnabled);

    /// <summary>
    /// Determines whether this is the opened session, because the driver silently replaces a dead one.
    /// </summary>
    internal static bool IsStill(this SqlConnection session, in Origin opened) =>
        session.State == ConnectionState.Open && session.ClientConnectionId == opened.Id;

    /// <summary>Connects.</summary>
    /// <exception cref="TimeoutException">The server did not answer in time. The driver reports it with the number of a
    /// command's timeout.</exception>
    internal static void Connect(this SqlConnection session)
    {
        try
        {
            session.Open();
        }
        catch (SqlException exception) when (exception.Number == SqlServerFailures.Timeout)
        {
            throw NoAnswer(exception);
        }
    }

    /// <inheritdoc cref="Connect"/>
    internal static async ValueTask ConnectAsync(this SqlConnection session, CancellationToken cancellationToken)
    {
        try
        {
            await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SqlException exception) when (exception.Number == SqlServerFailures.Timeout)
        {
            throw NoAnswer(exception);
        }
    }

    /// <summary>
    /// Returns the session to the driver's pool of one and takes it out again, so that the next request makes the
    /// server reset it first. The open session is out of reach of the driver's idle timeout and pruning, and no
    /// holder's open ever connects.
    /// </summary>
    /// <exception cref="IOException">The session was lost.</exception>
    internal static void Recycle(this SqlConnection session, in Origin opened)
    {
        session.CloseAsOpened(opened);
        session.Open();
        ThrowIfReplaced(session, opened);
    }

    /// <inheritdoc cref="Recycle"/>
    internal static async ValueTask RecycleAsync(this SqlConnection session, Origin opened, CancellationToken cancellationToken)
    {
        // Not on the returning caller's thread, because closing blocks while the driver rolls back or reads the rest of
        // a reader.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        session.CloseAsOpened(opened);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfReplaced(session, opened);
    }

    /// <summary>Ends the session and the driver's pool around it.</summary>
    internal static ValueTask EndAsync(this SqlConnection session)
    {
        // First, because a disposed connection no longer knows its pool, and a closed one would leave the session
        // there.
        SqlConnection.ClearPool(session);
        return session.DisposeAsync();
    }

    /// <summary>Ends the session under its holder.</summary>
    internal static ValueTask AbortAsync(this SqlConnection session)
    {
        // A late holder who opens the connection again would get a new session.
        session.RetryLogicProvider = RefusedOpen.Instance;
        SqlConnection.ClearPool(session);
        return SqlClientInternals.TryCut(session) ? ValueTask.CompletedTask : session.DisposeAsync();
    }

    private static TimeoutException NoAnswer(SqlException exception) => new("SQL Server did not answer within Connect Timeout.", exception);

    // The object outlives the lease with the switches of its holder. With errors as messages, the next holder's
    // statements would fail unseen.
    private static void CloseAsOpened(this SqlConnection session, in Origin opened)
    {
        session.Close();
        session.FireInfoMessageEventOnUserErrors = opened.FiresOnErrors;
        session.StatisticsEnabled = opened.GathersStatistics;
    }

    private static void ThrowIfReplaced(SqlConnection session, in Origin opened)
    {
        if (!session.IsStill(opened))
        {
            throw new IOException("The session was lost before it could be reset.");
        }
    }

    internal readonly record struct Origin(Guid Id, bool FiresOnErrors, bool GathersStatistics);

    /// <summary>The retry logic of a revoked connection, which throws on open.</summary>
    private sealed class RefusedOpen : SqlRetryLogicBaseProvider
    {
        internal static readonly RefusedOpen Instance = new();

        public override TResult Execute<TResult>(object sender, Func<TResult> function) => throw Refusal(sender);

        public override Task<TResult> ExecuteAsync<TResult>(object sender, Func<Task<TResult>> function, CancellationToken cancellationToken = default) =>
            Task.FromException<TResult>(Refusal(sender));

        public override Task ExecuteAsync(object sender, Func<Task> function, CancellationToken cancellationToken = default) =>
            Task.FromException(Refusal(sender));

        private static ObjectDisposedException Refusal(object sender) => new(sender.GetType().FullName, "The pool has revoked this connection from its holder.");
    }
}
