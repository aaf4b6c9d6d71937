using System.Text;

namespace Cenote.DashboardTests.Actions;

/// <summary>A viewer with a name, who sends actions as the page does.</summary>
internal sealed class Operator(DashboardSite site, string? user)
{
    private string? _cookie;
    private AntiforgeryJson? _antiforgery;

    public static async Task<Operator> SignInAsync(DashboardSite site, string? user = "ops")
    {
        var viewer = new Operator(site, user);
        await viewer.ReadSessionAsync();
        return viewer;
    }

    public SessionJson? Session { get; private set; }

    public HttpRequestMessage Request(string body, bool withToken = true, string contentType = "application/json")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return Request(content, withToken);
    }

    public HttpRequestMessage Request(HttpContent content, bool withToken = true)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/pools/api/actions") { Content = content };
        if (user is not null)
        {
            NamedUser.SignIn(request, user);
        }

        if (withToken && _antiforgery is not null)
        {
            request.Headers.Add(_antiforgery.Header, _antiforgery.Token);
            request.Headers.Add("Cookie", _cookie);
        }

        return request;
    }

    public async Task<string> DoAsync(string body)
    {
        using var response = await site.Client.SendAsync(Request(body)).Soon();
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return System.Text.Json.JsonSerializer.Deserialize(text, DashboardJson.Default.ActionResultJson)!.Message;
    }

    private async Task ReadSessionAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/pools/api/session");
        if (user is not null)
        {
            NamedUser.SignIn(request, user);
        }

        using var response = await site.Client.SendAsync(request).Soon();
        Session = System.Text.Json.JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), DashboardJson.Default.SessionJson);
        _antiforgery = Session!.Antiforgery;
        _cookie = response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single().Split(';')[0] : null;
    }
}
