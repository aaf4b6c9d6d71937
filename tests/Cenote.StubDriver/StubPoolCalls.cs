namespace Cenote.StubDriver;

/// <summary>
/// What both ways of clearing a session share: each call checked against its neighbours, then scripted.
/// </summary>
internal static class StubPoolCalls
{
    public static void Run(StubConnection connection, StubCall call)
    {
        var session = connection.SessionOrThrow();
        session.BeginPoolCall(call);
        try
        {
            connection.StubDatabase.Run(call, session);
            session.ThrowIfDead();
        }
        finally
        {
            session.EndPoolCall();
        }
    }

    public static async ValueTask RunAsync(StubConnection connection, StubCall call, CancellationToken cancellationToken)
    {
        var session = connection.SessionOrThrow();
        session.BeginPoolCall(call);
        try
        {
            await connection.StubDatabase.RunAsync(call, session, cancellationToken);
            session.ThrowIfDead();
        }
        finally
        {
            session.EndPoolCall();
        }
    }

    public static bool IsUsable(StubConnection connection)
    {
        if (connection.StubDatabase.WatchingHotCalls)
        {
            try
            {
                connection.StubDatabase.Run(StubCall.IsUsable);
            }
            catch (StubException)
            {
                return false;
            }
        }

        return connection.State == System.Data.ConnectionState.Open;
    }

    public static async ValueTask CloseAsync(StubConnection connection)
    {
        connection.NoteClose();
        if (connection.IsOpening)
        {
            connection.StubDatabase.Violate("a connection was closed while it was being opened");
        }

        connection.Session?.BeginPoolCall(StubCall.Close);
        try
        {
            await connection.StubDatabase.RunAsync(StubCall.Close, connection.Session, CancellationToken.None);
        }
        finally
        {
            connection.Session?.EndPoolCall();
            connection.EndSession();
        }
    }

    /// <summary>Ends the session even under a call of the pool's; without one, as a close does.</summary>
    public static ValueTask AbortAsync(StubConnection connection)
    {
        connection.Session?.Abort();
        if (connection.Session is not { IsInPoolCall: true })
        {
            return CloseAsync(connection);
        }

        connection.NoteClose();
        connection.StubDatabase.NoteAbort();
        connection.EndSession();
        return ValueTask.CompletedTask;
    }
}
