using Cenote.FaultTests.Scenarios;

namespace Cenote.FaultTests;

/// <summary>PostgreSQL with a PgBouncer between it and the network.</summary>
public sealed class PgBouncerTests : IClassFixture<PgBouncerTests.Lab>
{
    private readonly Lab _lab;

    public PgBouncerTests(Lab lab) => _lab = lab;

    public static TheoryData<string> Scenarios => BouncerScenarios.Names;

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_promise_holds(string scenario)
    {
        var result = await ScenarioRun.OnCenoteAsync(_lab.Server, BouncerScenarios.Get(scenario), Promise.Deadline, _lab.Bouncer);
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
        Assert.True(result.Problems.Count == 0, result.ToString());
    }

    public sealed class Lab : IAsyncLifetime
    {
        internal PostgreSqlServer Server { get; private set; } = null!;

        internal PgBouncer Bouncer { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await PostgreSqlServer.StartNewAsync();

            // A server session ends with its client, as without a proxy, and a dead server is tried again soon.
            Bouncer = await PgBouncer.StartAsync(Server, "pool_mode = session", "server_lifetime = 0", "server_login_retry = 0.1");
        }

        public async ValueTask DisposeAsync()
        {
            await Bouncer.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
