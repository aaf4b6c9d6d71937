namespace Cenote.Tests;

/// <summary>What tests do with a lease on the stub driver.</summary>
internal static class StubLeases
{
    public static StubConnection Stub(this ConnectionLease lease) => lease.Unwrap<StubConnection>();

    /// <summary>The server's number of the session that the lease holds.</summary>
    public static int SessionId(this ConnectionLease lease) => lease.Stub().Session!.Id;

    /// <summary>Runs a statement: fails when the server has ended the session.</summary>
    public static void Ask(this ConnectionLease lease)
    {
        using var command = lease.Connection.CreateCommand();
        Assert.Equal(lease.SessionId(), command.ExecuteScalar());
    }

    /// <summary>
    /// Uses the session for a moment: two users at once, or a closed session, are noted by the stub server.
    /// </summary>
    public static void Use(this ConnectionLease lease)
    {
        var connection = lease.Stub();
        connection.BeginUse();
        connection.EndUse();
    }
}
