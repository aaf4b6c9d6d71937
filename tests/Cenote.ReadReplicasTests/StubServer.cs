namespace Cenote.ReadReplicasTests;

/// <summary>
/// A server of a set under test: its driver, what it says of itself, and what it does when it is asked.
/// </summary>
internal sealed class StubServer
{
    public StubServer(string name, ServerRole role, bool tells = true, bool waits = false, bool carriesContexts = false)
    {
        Name = name;
        Role = role;
        Database = new StubDatabase { Script = Script };
        Replication = tells ? new StubReplication() : null;
        Replication?.Say(new ServerStatus { Role = role, Position = new StubPosition(0) });
        Waits = waits ? new WaitingProvider(Database) { Replication = Replication } : null;
        Provider = Waits
            ?? (carriesContexts ? new ContextProvider(Database) { Replication = Replication } : new StubProvider(Database) { Replication = Replication });
    }

    public string Name { get; }

    public ServerRole Role { get; }

    public CallScript Script { get; } = new();

    public StubDatabase Database { get; }

    public StubReplication? Replication { get; }

    public StubProvider Provider { get; }

    /// <summary>The provider, where the server can wait for a position.</summary>
    public WaitingProvider? Waits { get; }

    /// <summary>It has come so far.</summary>
    public void Reach(long position) => Replication!.Say(status => status with { Position = new StubPosition(position) });

    public void Become(ServerRole role, long? timeline = null) => Replication!.Say(status => status with { Role = role, Timeline = timeline ?? status.Timeline });

    /// <summary>It dies: sessions end, and new ones are refused.</summary>
    public void Die()
    {
        foreach (var call in (StubCall[])[StubCall.Open, StubCall.Status, StubCall.Validate, StubCall.Execute, StubCall.Clear])
        {
            Script.Always(call, StubStep.Fail());
        }

        foreach (var session in Database.OpenSessions)
        {
            session.Kill();
        }
    }

    /// <summary>It says nothing any more, and the network does not either: a caller that asks waits.</summary>
    public StubGate GoSilent()
    {
        var gate = new StubGate();
        foreach (var call in (StubCall[])[StubCall.Open, StubCall.Status, StubCall.Validate, StubCall.Execute])
        {
            Script.Always(call, StubStep.Hang(gate));
        }

        return gate;
    }

    public void Revive()
    {
        foreach (var call in Enum.GetValues<StubCall>())
        {
            Script.Heal(call);
        }
    }
}
