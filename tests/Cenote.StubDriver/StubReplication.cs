namespace Cenote.StubDriver;

/// <summary>A stub server's part among others. Thread-safe; replaced as a whole.</summary>
public sealed class StubReplication
{
    private volatile ServerStatus _status = ServerStatus.Unknown;

    /// <summary>What the server says from now on.</summary>
    public void Say(ServerStatus status) => _status = status;

    /// <summary>What it says, changed.</summary>
    public void Say(Func<ServerStatus, ServerStatus> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        _status = change(_status);
    }

    /// <summary>What it says.</summary>
    public ServerStatus Read() => _status;
}
