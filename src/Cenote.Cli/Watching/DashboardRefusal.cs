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

        return new DashboardException(FormattableString.Invariant($"The answer is {(int)status} ({status}). {Remedy(response)}"));
    }

    private static string Remedy(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "Send what authorizes you by --header \"Authorization: …\", which may be refused, too, when it has expired.",
        HttpStatusCode.NotFound => "Is URL the address that MapCenoteDashboard was given?",
        >= (HttpStatusCode)300 and < (HttpStatusCode)400 => $"It leads to {Target(response)}: give that address if it is the dashboard's, or, if one signs in there, what authorizes you by --header.",
        _ => "Look into the log of the application.",
    };

    // Without the query, in which a sign-in page may get what is nobody's business.
    private static string Target(HttpResponseMessage response)
    {
        var target = response.Headers.Location;
        var absolute = target is { IsAbsoluteUri: false } && response.RequestMessage?.RequestUri is { } asked ? new Uri(asked, target) : target;
        return absolute is null ? "nowhere" : SafeText.Clean(absolute.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));
    }
}
