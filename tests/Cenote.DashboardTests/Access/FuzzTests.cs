using System.Text;
using Cenote.DashboardTests.Actions;
using CsCheck;

namespace Cenote.DashboardTests.Access;

/// <summary>Every request gets an answer other than 500, and a refusal has a reason.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Routes = ["session", "overview", "pool", "replica-set", "history", "actions", "none", "", "pool/", "Pool", "%2f", "pool%01"];
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "BREW"];
    private static readonly string[] Types = ["application/json", "application/json; charset=utf-8", "application/json; charset=nonsense", "text/json", "multipart/form-data", "application/x-www-form-urlencoded", "", "/", "application/json;;;"];

    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.String[0, 40],
        Among("orders", "Orders", "", " ", "suspend", "resize", "revoke", "0-1", "\0", "\u202e", "\ud800", "<script>", "%00", "%ff", "../..", "a&b=c", new string('x', 3000)));

    private static readonly Gen<string> Query = Gen
        .Select(Gen.OneOf(Among("name", "pool", "seconds", "replicaSet", "NAME", "a[]"), Gen.String[0, 5]), AnyText, Gen.Bool)
        .Select(static (name, value, isRaw) => isRaw ? $"{name}={Raw(value)}" : $"{Uri.EscapeDataString(Whole(name))}={Uri.EscapeDataString(Whole(value))}")
        .Array[0, 3]
        .Select(static parts => string.Join('&', parts));

    private static readonly Gen<string> Value = Gen.OneOf(
        AnyText.Select(static text => System.Text.Json.JsonSerializer.Serialize(Whole(text))),
        Gen.Int.Select(static number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Double.Select(static number => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        Among("null", "true", "{}", "[]", "[[[[[[[[]]]]]]]]", "1e999", "-0", "\"\\ud800\"", "\"\\u0000\"", "", "NaN", "\"orders\"", "\"resize\""));

    private static readonly Gen<byte[]> Body = Gen.OneOf(
        Gen.Select(Gen.OneOf(Among("pool", "action", "minSize", "maxSize", "lease", "pool "), Gen.String[0, 5].Select(Whole)), Value).Array[0, 6]
            .Select(static members => Encoding.UTF8.GetBytes($"{{{string.Join(',', members.Select(static member => $"{System.Text.Json.JsonSerializer.Serialize(member.Item1)}:{member.Item2}"))}}}")),
        Gen.Byte.Array[0, 200],
        Gen.Int[0, 40_000].Select(static length => Encoding.ASCII.GetBytes(new string('[', length))));

    [Fact]
    public async Task Any_request_gets_an_answer_without_a_failure_and_a_refusal_has_a_reason()
    {
        await using var site = await StartAsync();
        await Gen.Select(Among(Routes), Among(Methods), Query).SampleAsync(
            async sample =>
            {
                var (route, method, query) = sample;
                using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"/pools/api/{route}?{query}", UriKind.Relative));
                await CheckAsync(site, request);
            },
            iter: 400,
            threads: 1);
    }

    [Fact]
    public async Task Any_operation_gets_an_answer_without_a_failure_and_a_refusal_has_a_reason()
    {
        await using var site = await StartAsync();
        var ops = await Operator.SignInAsync(site);
        await Gen.Select(Body, Gen.OneOf(Gen.Const(Types[0]), Among(Types)), Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false)))).SampleAsync(
            async sample =>
            {
                var (body, type, withToken) = sample;
                var content = new ByteArrayContent(body);
                content.Headers.TryAddWithoutValidation("Content-Type", type);
                using var request = ops.Request(content, withToken);
                await CheckAsync(site, request);
            },
            iter: 600,
            threads: 1);
    }

    private static async Task CheckAsync(DashboardSite site, HttpRequestMessage request)
    {
        var what = $"{request.Method} {request.RequestUri}";
        using var response = await site.Client.SendAsync(request).Soon();
        var status = (int)response.StatusCode;
        Assert.True(status is >= 200 and < 500, $"{what}: {status}");
        if (status >= 400 && request.Method != HttpMethod.Head)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var problem = System.Text.Json.JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), DashboardJson.Default.ProblemJson)!;
            Assert.True(problem.Problems.Count > 0 && problem.Problems.All(static text => text.Length > 10), what);
        }
    }

    private static async Task<DashboardSite> StartAsync()
    {
        var site = await new DashboardSite { Configure = options => options.ActionPolicy = "operators" }.StartAsync();
        site.AddPool();
        site.Tick(3);
        return site;
    }

    private static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>As a client may send it that escapes nothing, but for what would end the address.</summary>
    private static string Raw(string text) => string.Concat(text.Where(static character => character is > ' ' and < '\u007f' and not '#'));

    /// <summary>Halves of surrogate pairs cannot be sent as UTF-8.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
