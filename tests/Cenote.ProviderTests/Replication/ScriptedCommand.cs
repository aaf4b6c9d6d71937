namespace Cenote.ProviderTests.Replication;

/// <summary>A command of a <see cref="ScriptedServer"/>, which only reads.</summary>
internal sealed class ScriptedCommand(ScriptedServer server) : FakeCommand(server)
{
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => server.Answer(CommandText, CommandTimeout);
}
