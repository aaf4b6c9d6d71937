using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cenote.BrowserTests.Sites;

/// <summary>
/// A real ASP.NET Core application on Kestrel, with the dashboard of pools that it does not own.
/// </summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Site(WebApplication app) => _app = app;

    internal Uri Address => new(_app.Urls.Single());

    internal static async Task<Site> StartAsync(SiteOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();

        // Settings in files and the environment must not influence a test.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.WebHost.UseUrls($"http://127.0.0.1:{options.Port}");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(options.Registry);
        foreach (var set in options.ReplicaSets)
        {
            builder.Services.AddSingleton(set);
        }

        builder.Services.AddAuthentication(HeaderAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>(HeaderAuthentication.SchemeName, configureOptions: null);
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(HeaderAuthentication.Policy, static policy => policy.RequireUserName(HeaderAuthentication.Operator));
        builder.Services.AddCenoteDashboard(dashboard => dashboard.ActionPolicy = options.HasPolicy ? HeaderAuthentication.Policy : null);
        var app = builder.Build();
        options.Prepare?.Invoke(app);
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        options.Map(app);
        await app.StartAsync().Soon();
        return new Site(app);
    }

    /// <summary>Stops as an application that is deployed again: streams end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().Soon();
        await _app.DisposeAsync();
    }
}
