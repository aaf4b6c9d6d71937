using System.Net;

namespace Cenote.Cli.Watching;

/// <summary>Says in words why an answer is none, and what to do.</summary>
internal static class DashboardRefusal
{
    public static async Task<DashboardException> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = response.StatusCode;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            && DashboardReader.ReadProblem(await DashboardClient.ReadAsync(response, cancellationToken)) is { Title: not null } problem)
        {
            return new DashboardException(SafeText.Clean($"{problem.Title} {problem.Detail}"));
        }

        return new DashboardException(FormattableString.Invariant($"The answer is {(int)status} ({status}). {Recommend(response)}"));
    }

    private static string Recommend(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "Send a valid authorization with --header \"Authorization: …\". An expired one is refused, too.",
        HttpStatusCode.NotFound => "Check that URL is the address given to MapCenoteDashboard.",
        >= (HttpStatusCode)300 and < (HttpStatusCode)400 => $"It redirects to {Target(response)}. Give that address if it is the dashboard's. If it is a sign-in page, send an authorization with --header.",
        _ => "See the log of the application.",
    };

    // Without the query, which may carry secrets to a sign-in page.
    private static string Target(HttpResponseMessage response)
    {
        var target = response.Headers.Location;
        var absolute = target is { IsAbsoluteUri: false } && response.RequestMessage?.RequestUri is { } asked ? new Uri(asked, target) : target;
        return absolute is null ? "nowhere" : SafeText.Clean(absolute.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));
    }
}
