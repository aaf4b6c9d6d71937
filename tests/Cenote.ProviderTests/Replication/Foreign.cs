namespace Cenote.ProviderTests.Replication;

/// <summary>A position of a database that no provider here knows.</summary>
internal sealed class Foreign : ReplicationPosition
{
    private Foreign()
    {
    }

    internal static Foreign Position { get; } = new();

    public override bool Covers(ReplicationPosition other) => true;

    public override ReplicationPosition Combine(ReplicationPosition other) => this;

    public override string ToString() => "foreign";
}
