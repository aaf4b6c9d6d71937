namespace Cenote.DashboardTests.Actions;

public sealed class ActionTests
{
    private const string Suspend = """{"pool":"orders","action":"suspend"}""";

    [Fact]
    public async Task Each_action_takes_effect_and_is_recorded_with_its_actor()
    {
        await using var site = await StartAsync();
        var pool = site.AddPool();
        site.Tick();
        var ops = await Operator.SignInAsync(site);
        Assert.True(ops.Session!.CanAct);
        Assert.Equal("ops", ops.Session.User);

        await ops.DoAsync(Suspend);
        Assert.Equal(PoolState.Suspended, pool.GetStatistics().State);
        await ops.DoAsync("""{"pool":"orders","action":"resume"}""");
        Assert.Equal(PoolState.Running, pool.GetStatistics().State);
        await ops.DoAsync("""{"pool":"orders","action":"resize","minSize":1,"maxSize":7}""");
        Assert.Equal((1, 7), (pool.GetStatistics().MinSize, pool.GetStatistics().MaxSize));
        await pool.WarmUpAsync(2).Soon();
        Assert.Contains("2 idle connections are alive", await ops.DoAsync("""{"pool":"orders","action":"validate"}"""), StringComparison.Ordinal);
        await ops.DoAsync("""{"pool":"orders","action":"clear"}""");
        Assert.Contains(pool.GetEvents(), happened => happened.Kind == PoolEventKind.Cleared);
        await ops.DoAsync("""{"pool":"orders","action":"isolateCircuit"}""");
        Assert.True(pool.GetCircuitStatus().IsIsolated);
        await ops.DoAsync("""{"pool":"orders","action":"closeCircuit"}""");
        Assert.False(pool.GetCircuitStatus().IsIsolated);
        var lease = await RentAsync(site, pool);
        var id = Assert.Single(pool.GetLeases()).Id;
        await ops.DoAsync($$"""{"pool":"orders","action":"revoke","lease":"{{id}}"}""");
        Assert.Empty(pool.GetLeases());
        Assert.Contains("drains", await ops.DoAsync("""{"pool":"orders","action":"drain"}"""), StringComparison.Ordinal);
        Assert.Equal(PoolState.Draining, pool.GetStatistics().State);
        await lease.DisposeAsync();

        var operations = pool.GetEvents().Where(happened => happened.Kind == PoolEventKind.OperatorAction).ToList();
        Assert.Equal(9, operations.Count);
        Assert.All(operations, happened => Assert.Equal("ops", happened.Actor));
        Assert.Contains(operations, happened => happened.Message.Contains("resize to 1–7", StringComparison.Ordinal));
        Assert.Equal(9, site.Log.Messages.Count(message => message.EventId == 140));
        Assert.Contains(site.Log.Messages, message => message.Message == "Dashboard action on pool orders by ops: resume");
    }

    [Fact]
    public async Task A_drain_answers_at_once_although_a_lease_is_out()
    {
        await using var site = await StartAsync();
        var pool = site.AddPool();
        site.Tick();
        var ops = await Operator.SignInAsync(site);
        await using var lease = await pool.RentAsync();

        await ops.DoAsync("""{"pool":"orders","action":"drain"}""");

        Assert.Equal((PoolState.Draining, 1), (pool.GetStatistics().State, pool.GetStatistics().Counts.Leased));
    }

    [Fact]
    public async Task Without_a_policy_no_user_may_act()
    {
        await using var site = await new DashboardSite().StartAsync();
        var pool = site.AddPool();
        site.Tick();
        var ops = await Operator.SignInAsync(site);

        Assert.False(ops.Session!.CanAct);
        Assert.Null(ops.Session.Antiforgery);
        Assert.Contains("read-only", ops.Session.ReadOnlyReason, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await site.RefusedAsync(ops.Request(Suspend))).Status);
        AssertUntouched(site, pool, refusals: 1);
    }

    [Theory]
    [InlineData("Ada")]
    [InlineData(null)]
    public async Task Who_does_not_meet_the_policy_is_refused_and_that_is_logged(string? user)
    {
        await using var site = await StartAsync();
        var pool = site.AddPool();
        site.Tick();
        var viewer = await Operator.SignInAsync(site, user);

        Assert.False(viewer.Session!.CanAct);
        var (status, problem) = await site.RefusedAsync(viewer.Request(Suspend));

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("'operators'", problem.Detail, StringComparison.Ordinal);
        AssertUntouched(site, pool, refusals: 1);
        Assert.Contains(user ?? "anonymous at 127.0.0.1", site.Log.Messages.Single(message => message.EventId == 141).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_page_cannot_act_for_an_operator()
    {
        await using var site = await StartAsync();
        var pool = site.AddPool();
        site.Tick();
        var ops = await Operator.SignInAsync(site);
        var other = await Operator.SignInAsync(site);

        Assert.Equal(HttpStatusCode.BadRequest, (await site.RefusedAsync(ops.Request(Suspend, withToken: false))).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await site.RefusedAsync(ops.Request(Suspend, contentType: "text/plain"))).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await site.RefusedAsync(ops.Request("pool=orders&action=suspend", contentType: "application/x-www-form-urlencoded"))).Status);

        // A token goes with the cookie that it was given with.
        using var mixed = ops.Request(Suspend);
        mixed.Headers.Remove("Cookie");
        mixed.Headers.Add("Cookie", other.Request(Suspend).Headers.GetValues("Cookie"));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.RefusedAsync(mixed)).Status);
        AssertUntouched(site, pool, refusals: 4);
    }

    [Fact]
    public async Task Authorization_to_look_is_not_authorization_to_act()
    {
        await using var site = await new DashboardSite
        {
            Configure = options => options.ActionPolicy = "operators",
            Map = app => app.MapCenoteDashboard().RequireAuthorization(),
            Remote = IPAddress.Parse("192.0.2.7"),
        }.StartAsync();
        var pool = site.AddPool();
        site.Tick();

        var ada = await Operator.SignInAsync(site, "Ada");
        Assert.Equal(HttpStatusCode.Forbidden, (await site.RefusedAsync(ada.Request(Suspend))).Status);
        AssertUntouched(site, pool, refusals: 1);
        await (await Operator.SignInAsync(site)).DoAsync(Suspend);
        Assert.Equal(PoolState.Suspended, pool.GetStatistics().State);
    }

    [Fact]
    public async Task What_cannot_be_done_now_is_a_conflict_and_an_unknown_pool_is_not_found()
    {
        await using var site = await StartAsync();
        var pool = site.AddPool();
        site.Tick();
        var ops = await Operator.SignInAsync(site);

        Assert.Equal(HttpStatusCode.Conflict, (await site.RefusedAsync(ops.Request("""{"pool":"orders","action":"revoke","lease":"0-99"}"""))).Status);
        var (status, problem) = await site.RefusedAsync(ops.Request("""{"pool":"Orders","action":"suspend"}"""));
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("Available: orders", problem.Detail, StringComparison.Ordinal);
        await pool.DisposeAsync();
        Assert.Equal(HttpStatusCode.Conflict, (await site.RefusedAsync(ops.Request(Suspend))).Status);
        Assert.Equal(3, site.Log.Messages.Count(message => message.EventId == 141));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("{", 1)]
    [InlineData("[]", 1)]
    [InlineData("null", 1)]
    [InlineData("{}", 2)]
    [InlineData("""{"pool":1,"action":true}""", 2)]
    [InlineData("""{"pool":"","action":""}""", 2)]
    [InlineData("""{"pool":"orders","action":"explode"}""", 1)]
    [InlineData("""{"pool":"orders","action":"SUSPEND"}""", 1)]
    [InlineData("""{"pool":"orders","pool":"orders","action":"suspend"}""", 1)]
    [InlineData("""{"pool":"orders","action":"suspend","force":true,"x":{"y":[1]}}""", 2)]
    [InlineData("""{"pool":"orders","action":"suspend","minSize":1,"lease":"0-1"}""", 2)]
    [InlineData("""{"pool":"orders","action":"resize"}""", 2)]
    [InlineData("""{"pool":"orders","action":"resize","minSize":-1,"maxSize":100000}""", 2)]
    [InlineData("""{"pool":"orders","action":"resize","minSize":"1","maxSize":1.5}""", 2)]
    [InlineData("""{"pool":"orders","action":"resize","minSize":5,"maxSize":4}""", 1)]
    [InlineData("""{"pool":"orders","action":"resize","minSize":1e99,"maxSize":4}""", 1)]
    [InlineData("""{"pool":"orders","action":"revoke"}""", 1)]
    [InlineData("""{"pool":"\ud800","action":"suspend"}""", 1)]
    [InlineData("""{"\ud800":1,"pool":"orders","action":"suspend"}""", 1)]
    public async Task Every_problem_of_a_bad_action_is_named_at_once(string body, int problems)
    {
        await using var site = await StartAsync();
        var pool = site.AddPool();
        site.Tick();
        var ops = await Operator.SignInAsync(site);

        var (status, problem) = await site.RefusedAsync(ops.Request(body));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(problems, problem.Problems.Count);
        AssertUntouched(site, pool, refusals: 1);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_not_read_to_its_end()
    {
        await using var site = await StartAsync();
        var ops = await Operator.SignInAsync(site);

        var (status, _) = await site.RefusedAsync(ops.Request("\"" + new string('x', 1_000_000) + "\""));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Fact]
    public async Task A_cookie_that_needs_HTTPS_is_named_by_the_session_and_the_action()
    {
        await using var site = await new DashboardSite
        {
            Configure = options => options.ActionPolicy = "operators",
            ConfigureServices = services => services.AddAntiforgery(options => options.Cookie.SecurePolicy = Microsoft.AspNetCore.Http.CookieSecurePolicy.Always),
        }.StartAsync();
        var pool = site.AddPool();
        site.Tick();
        var ops = await Operator.SignInAsync(site);
        Assert.False(ops.Session!.CanAct);
        Assert.Contains("SSL", ops.Session.ReadOnlyReason, StringComparison.Ordinal);

        var (status, problem) = await site.RefusedAsync(ops.Request(Suspend));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("SSL", problem.Detail, StringComparison.Ordinal);
        AssertUntouched(site, pool, refusals: 1);
    }

    [Fact]
    public async Task A_name_of_an_operator_cannot_forge_a_line_of_the_log()
    {
        await using var site = await new DashboardSite
        {
            Configure = options => options.ActionPolicy = "anybody",
            ConfigureServices = services => services.AddAuthorization(options => options.AddPolicy("anybody", policy => policy.RequireAssertion(_ => true))),
        }.StartAsync();
        var pool = site.AddPool();
        site.Tick();
        var viewer = await Operator.SignInAsync(site, "eve\tops was here " + new string('x', 500));

        await viewer.DoAsync(Suspend);

        var actor = pool.GetEvents().Single(happened => happened.Kind == PoolEventKind.OperatorAction).Actor!;
        Assert.StartsWith("eve?ops was here", actor, StringComparison.Ordinal);
        Assert.Equal(200, actor.Length);
    }

    /// <summary>An open that the circuit has ended is tried again after a second of the pool's time.</summary>
    private static async Task<ConnectionLease> RentAsync(DashboardSite site, ConnectionPool pool)
    {
        var rent = pool.RentAsync().AsTask();
        await Patience.UntilAsync(
            async () =>
            {
                site.Tick();
                await site.OverviewAsync();
                return rent.IsCompleted;
            },
            isServed => isServed);
        return await rent;
    }

    private static Task<DashboardSite> StartAsync() => new DashboardSite { Configure = options => options.ActionPolicy = "operators" }.StartAsync();

    private static void AssertUntouched(DashboardSite site, ConnectionPool pool, int refusals)
    {
        Assert.Equal(PoolState.Running, pool.GetStatistics().State);
        Assert.DoesNotContain(pool.GetEvents(), happened => happened.Kind == PoolEventKind.OperatorAction);
        Assert.Equal(refusals, site.Log.Messages.Count(message => message.EventId == 141));
    }
}
