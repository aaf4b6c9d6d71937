using System.Globalization;
using MySql.Data.MySqlClient;

namespace Cenote.ProviderTests.Profiles;

/// <summary>MariaDB through MySql.Data.</summary>
public sealed class MySqlDataProfileTests(MySqlDataLab lab) : ServerProfileSuite, IClassFixture<MySqlDataLab>
{
    protected override string Driver => "MySql.Data";

    protected override Type ConnectionType => typeof(MySqlConnection);

    protected override string Brief => "SELECT SUM(SLEEP(0.001)) FROM information_schema.COLLATIONS WHERE ID < 12";

    protected override string Endless => "SELECT SUM(SLEEP(1)) FROM information_schema.COLLATIONS WHERE ID < 60";

    protected override string SessionQuery => "SELECT CONNECTION_ID()";

    protected override (string Look, string Trace) SessionState => ("SELECT CAST(COALESCE(@trace, 'none') AS CHAR)", "SET @trace = 'left'");

    protected override string Concat(params string[] parts) => $"CONCAT({string.Join(", ", parts)})";

    protected override IEnumerable<string> Secrets => [lab.Server.Password];

    protected override AdoNetProvider NewProfile(Action<AdoNetProviderOptions>? configure = null) =>
        AdoNetProvider.For(MySqlClientFactory.Instance, Text(lab.Server.Password), configure);

    protected override AdoNetProvider NewProfile(string password) => AdoNetProvider.For(MySqlClientFactory.Instance, Text(password));

    private protected override async Task KillAsync(long session)
    {
        await lab.Server.ExecuteAsync(lab.Server.EndSession(session));
        await Patience.SoonAsync(async () => !(await lab.Server.SessionsAsync()).Contains(session));
    }

    private string Text(string password) => string.Create(
        CultureInfo.InvariantCulture,
        $"Server=127.0.0.1;Port={lab.Server.Port};Database=lab;User ID=worker;Password={password};SslMode=Disabled;AllowPublicKeyRetrieval=true;AllowUserVariables=true");

    [Fact]
    public Task A_late_cancel_does_not_reach_the_next_statement() => AssertLateCancelsMissAsync();
}
