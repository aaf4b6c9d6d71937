namespace Cenote.AspNetCore.CausalReads;

/// <summary>
/// Carries the token of the current causal scope to another service, and the token of its answer back into the scope.
/// </summary>
internal sealed class CausalTokenHandler(ReplicaSet set, string headerName) : DelegatingHandler
{
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var scope = set.CurrentCausalScope;
        if (scope is not null)
        {
            Attach(request, scope.GetTokenAsync(cancellationToken).AsTask().GetAwaiter().GetResult());
        }

        var response = base.Send(request, cancellationToken);
        Accept(scope, response);
        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var scope = set.CurrentCausalScope;
        if (scope is not null)
        {
            Attach(request, await scope.GetTokenAsync(cancellationToken).ConfigureAwait(false));
        }

        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        Accept(scope, response);
        return response;
    }

    private void Attach(HttpRequestMessage request, CausalToken? token)
    {
        if (token is not null)
        {
            request.Headers.Remove(headerName);
            request.Headers.Add(headerName, token.ToString());
        }
    }

    private void Accept(CausalScope? scope, HttpResponseMessage response)
    {
        if (scope is null || !response.Headers.TryGetValues(headerName, out var values))
        {
            return;
        }

        foreach (var value in values)
        {
            try
            {
                scope.Add(set.ParseToken(value));
            }
            catch (CausalTokenException)
            {
                // The answer of a service with other keys or another database says nothing here.
            }
        }
    }
}
