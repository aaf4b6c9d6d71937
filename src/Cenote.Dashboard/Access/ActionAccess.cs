using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Cenote.Dashboard.Access;

/// <summary>The permission to act on pools, by the policy that the options name.</summary>
internal sealed class ActionAccess(IOptions<DashboardOptions> options, IAuthorizationPolicyProvider policies, IPolicyEvaluator evaluator)
{
    private readonly string? _policyName = options.Value.ActionPolicy;

    /// <exception cref="InvalidOperationException">No policy has the name.</exception>
    internal async Task CheckPolicyAsync()
    {
        if (_policyName is not null && await policies.GetPolicyAsync(_policyName).ConfigureAwait(false) is null)
        {
            throw new InvalidOperationException($"DashboardOptions.ActionPolicy is '{_policyName}', and no authorization policy has that name. Add it with AddAuthorization(options => options.AddPolicy(\"{_policyName}\", …)), or leave ActionPolicy null for a read-only dashboard.");
        }
    }

    /// <summary>Why this viewer may not act; <see langword="null"/> when they may.</summary>
    internal async Task<string?> FindRefusalAsync(HttpContext context)
    {
        if (_policyName is null)
        {
            return "The dashboard is read-only: no policy says who may act. Set DashboardOptions.ActionPolicy to one.";
        }

        if (await policies.GetPolicyAsync(_policyName).ConfigureAwait(false) is not { } policy)
        {
            return $"The policy '{_policyName}' that says who may act is gone.";
        }

        // As the authorization middleware does it: a policy may name schemes of its own to authenticate by.
        var authentication = await evaluator.AuthenticateAsync(policy, context).ConfigureAwait(false);
        var authorization = await evaluator.AuthorizeAsync(policy, authentication, context, resource: context).ConfigureAwait(false);
        return authorization.Succeeded
            ? null
            : $"{NameOf(context) ?? "An anonymous viewer"} does not meet the policy '{_policyName}', which actions require. Sign in as a user that meets it.";
    }

    /// <summary>The viewer's name; <see langword="null"/> for an anonymous one.</summary>
    internal static string? NameOf(HttpContext context) =>
        context.User.Identity is { IsAuthenticated: true } identity ? string.IsNullOrWhiteSpace(identity.Name) ? "a user without a name" : identity.Name : null;
}
