using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cenote.BrowserTests;

public sealed class ActionTests(Browser browser)
{
    /// <summary>What the page itself would send, sent by another site.</summary>
    private const string Forge =
        """
        async ([address, type]) => {
            const body = JSON.stringify({ pool: 'orders', action: 'suspend' });
            return (await fetch(address, { method: 'POST', headers: { 'Content-Type': type }, credentials: 'include', body })).status;
        }
        """;

    private const string SubmitForm =
        """
        address => {
            const form = document.body.appendChild(document.createElement('form'));
            Object.assign(form, { method: 'POST', enctype: 'text/plain', action: address });
            Object.assign(form.appendChild(document.createElement('input')), { name: '{"pool":"orders","action":"suspend","ignored":"', value: '"}' });
            form.submit();
        }
        """;

    [Theory]
    [InlineData(false, HeaderAuthentication.Operator)]
    [InlineData(true, HeaderAuthentication.Onlooker)]
    [InlineData(true, null)]
    public async Task Without_the_policy_the_page_is_read_only_and_a_forged_action_is_refused(bool hasPolicy, string? user)
    {
        await using var app = await RunningApp.StartAsync(held: 1, options: new SiteOptions { HasPolicy = hasPolicy });
        await using var visit = await Visit.BeginAsync(browser, app.Site, new VisitOptions { User = user });
        await visit.ShowPoolAsync("orders");
        await Assertions.Expect(visit.Page.Field("readOnly")).ToContainTextAsync("read-only");
        await Assertions.Expect(visit.Page.Locator("[data-action=suspend], [data-action=revoke]").Filter(new LocatorFilterOptions { Visible = true })).ToHaveCountAsync(0);
        await visit.IsCleanAsync();

        Assert.Equal(StatusCodes.Status403Forbidden, await ForgeAsync(visit, "api/actions", "application/json"));
        Assert.Equal(PoolState.Running, app.Pool.GetStatistics().State);
        Assert.DoesNotContain(app.Pool.GetEvents(), static e => e.Kind is PoolEventKind.OperatorAction or PoolEventKind.Suspended);
    }

    [Fact]
    public async Task With_the_policy_an_action_works_and_leaves_who_did_it_among_the_events()
    {
        await using var app = await RunningApp.StartAsync(held: 1);
        await using var visit = await Visit.BeginAsync(browser, app.Site, new VisitOptions { User = HeaderAuthentication.Operator });
        await visit.ShowPoolAsync("orders");
        await visit.ActAsync("resize", async dialog =>
        {
            await dialog.Locator("[name=minSize]").FillAsync("2");
            await dialog.Locator("[name=maxSize]").FillAsync("9");
        });
        Assert.Equal(9, app.Pool.GetStatistics().MaxSize);
        await visit.ActAsync("suspend");
        Assert.Equal(PoolState.Suspended, app.Pool.GetStatistics().State);

        var operations = app.Pool.GetEvents().Where(static e => e.Kind is PoolEventKind.OperatorAction).ToArray();
        Assert.Equal(2, operations.Length);
        Assert.All(operations, static operation => Assert.Equal(HeaderAuthentication.Operator, operation.Actor));
        var shown = visit.Page.Panel("events").Locator("tr[data-event=OperatorAction]");
        await Assertions.Expect(shown).ToHaveCountAsync(2);
        await Assertions.Expect(shown.Locator($"[data-field=actor][data-value={HeaderAuthentication.Operator}]")).ToHaveCountAsync(2);

        await visit.ShowOverviewAsync();
        await visit.Page.PoolRow("orders").ShowsAsync("counts.limit", 9);
        await Assertions.Expect(visit.Page.PoolRow("orders")).ToHaveAttributeAsync("data-state", "Suspended");
        await visit.IsCleanAsync();
    }

    [Fact]
    public async Task A_revoked_lease_is_taken_from_its_holder()
    {
        await using var app = await RunningApp.StartAsync();
        await using var visit = await Visit.BeginAsync(browser, app.Site, new VisitOptions { User = HeaderAuthentication.Operator });
        await visit.ShowPoolAsync("orders");
        await using var held = await app.Pool.OpenConnectionAsync();
        await visit.ActAsync("revoke");
        await Assertions.Expect(visit.Page.Panel("holders").Locator("tr[data-lease]")).ToHaveCountAsync(0);
        Assert.Equal(1, app.Pool.GetStatistics().LeasesRevoked);
        await Assert.ThrowsAsync<LeaseRevokedException>(async () =>
        {
            await using var command = held.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync();
        });
    }

    [Fact]
    public async Task An_action_that_another_site_sends_from_an_operators_browser_is_refused()
    {
        await using var app = await RunningApp.StartAsync();
        await using var elsewhere = await Site.StartAsync(new SiteOptions
        {
            Map = static app => app.MapGet("/", static () => Results.Content("<!doctype html><title>Elsewhere</title>", "text/html")),
        });

        // The operator has been at the dashboard, so the browser has its cookies, and adds what the operator is known
        // by to every request.
        await using var visit = await Visit.BeginAsync(browser, app.Site, new VisitOptions { User = HeaderAuthentication.Operator });
        Assert.Equal(StatusCodes.Status400BadRequest, await ForgeAsync(visit, "api/actions", "application/json"));

        // A form is sent without a preflight request, and what it calls plain text may be JSON.
        await visit.Page.GotoAsync(elsewhere.Address.ToString());
        var target = new Uri(app.Site.Address, "/pools/api/actions").ToString();
        var answer = await visit.Page.RunAndWaitForResponseAsync(() => visit.Page.EvaluateAsync(SubmitForm, target), response => response.Url == target);
        Assert.Equal("POST", answer.Request.Method);
        Assert.InRange(answer.Status, 400, 499);
        Assert.Equal(PoolState.Running, app.Pool.GetStatistics().State);
        Assert.DoesNotContain(app.Pool.GetEvents(), static e => e.Kind is PoolEventKind.OperatorAction or PoolEventKind.Suspended);
    }

    [Fact]
    public async Task An_action_can_be_done_with_the_keyboard_alone()
    {
        await using var app = await RunningApp.StartAsync();
        await using var visit = await Visit.BeginAsync(browser, app.Site, new VisitOptions { User = HeaderAuthentication.Operator });
        var keyboard = visit.Page.Keyboard;
        await visit.TabToAsync("tr[data-pool=orders] a");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("main[data-view=pool] h1")).ToBeFocusedAsync();
        await Assertions.Expect(visit.Page.Locator("[data-action=suspend]")).ToBeVisibleAsync();
        await visit.TabToAsync("[data-action=suspend]");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("dialog [data-dialog=cancel]")).ToBeFocusedAsync();

        // Out of the dialog, and back: Escape does nothing, and the focus is where it was.
        await keyboard.PressAsync("Escape");
        await Assertions.Expect(visit.Page.Locator("dialog")).ToHaveCountAsync(0);
        await Assertions.Expect(visit.Page.Locator("[data-action=suspend]")).ToBeFocusedAsync();
        Assert.Equal(PoolState.Running, app.Pool.GetStatistics().State);

        await keyboard.PressAsync("Enter");
        await visit.TabToAsync("dialog [data-dialog=confirm]");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("#results .result[data-outcome=done]")).ToBeVisibleAsync();
        Assert.Equal(PoolState.Suspended, app.Pool.GetStatistics().State);
        await visit.IsCleanAsync();
    }

    /// <returns>The status of the answer.</returns>
    private static async Task<int> ForgeAsync(Visit visit, string address, string type) =>
        await visit.Page.EvaluateAsync<int>(Forge, new[] { address, type });
}
