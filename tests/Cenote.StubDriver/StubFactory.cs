namespace Cenote.StubDriver;

/// <summary>The stub driver's factory.</summary>
public sealed class StubFactory : DbProviderFactory
{
    private StubFactory()
    {
    }

    /// <summary>The only one.</summary>
    public static StubFactory Instance { get; } = new();

    /// <inheritdoc/>
    public override DbCommand CreateCommand() => new StubCommand();

    /// <inheritdoc/>
    public override DbParameter CreateParameter() => new StubParameter();
}
