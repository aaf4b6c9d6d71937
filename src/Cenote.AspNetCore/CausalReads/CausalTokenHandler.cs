namespace Cenote.AspNetCore.CausalReads;

/// <summary>
/// Carries the token of the current causal scope to another service, and the token of its answer back into the scope.
/// </summary>
internal sealed class CausalTokenHandler(ReplicaSet set, string headerName) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var scope = set.CurrentCausalScope;
        if (scope is not null && await scope.GetTokenAsync(cancellationToken).ConfigureAwait(false) is { } token)
        {
            request.Headers.Remove(headerName);
            request.Headers.Add(headerName, token.ToString());
        }

        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (scope is not null && response.Headers.TryGetValues(headerName, out var values))
        {
            foreach (var value in values)
            {
                if (set.TryParseToken(value, out var answered))
                {
                    scope.Add(answered);
                }
            }
        }

        return response;
    }
}
