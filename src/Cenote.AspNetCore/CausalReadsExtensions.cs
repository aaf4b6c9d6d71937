using Cenote;
using Cenote.AspNetCore.CausalReads;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extensions for requests whose reads see what was written before, also through other services.</summary>
public static class CausalReadsExtensions
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>
    /// Gives each request a causal scope of a replica set, with the token of its header or cookie. The answer carries
    /// the token of what the request has seen and written. Add it before the endpoints.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="setName">The key of the <see cref="ReplicaSet"/> in the container.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="InvalidOperationException">The container has no such set.</exception>
    /// <exception cref="ArgumentException">The options are invalid, or the set has no
    /// <see cref="ReplicaSetOptions.TokenSigningKeys"/>; lists every problem. Without keys a client could send any
    /// position, and send every read to the primary. Or the header carries the tokens of another set.</exception>
    /// <remarks>
    /// What a request commits after its answer has begun is not in the token of that answer. A token that is not signed
    /// with a key of the set is ignored, with a warning. Where a request has written, its answer waits for one round
    /// trip to the primary.
    /// </remarks>
    public static IApplicationBuilder UseCausalReads(this IApplicationBuilder app, string setName, Action<CausalReadsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var set = app.ApplicationServices.GetRequiredKeyedService<ReplicaSet>(setName);
        var options = new CausalReadsOptions();
        configure?.Invoke(options);
        ThrowIfInvalid(options, set);
        var key = $"Cenote.CausalReads/{options.HeaderName.ToUpperInvariant()}";
        if (!app.Properties.TryAdd(key, setName) && !Equals(app.Properties[key], setName))
        {
            throw new ArgumentException($"The header {options.HeaderName} carries the tokens of another replica set already. Set {nameof(options.HeaderName)}, to another name for each set.", nameof(configure));
        }

        var time = app.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System;
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Cenote.AspNetCore");
        return app.Use(next => new CausalReadsMiddleware(next, set, options, time, logger).InvokeAsync);
    }

    /// <summary>
    /// Sends the token of the current causal scope with each request of a client, and adds the token of the answer to
    /// the scope: a read of the other service sees the writes of this one, and the other way round. Both have the same
    /// <see cref="ReplicaSetOptions.TokenSigningKeys"/>.
    /// </summary>
    /// <param name="builder">The builder of the client.</param>
    /// <param name="setName">The key of the <see cref="ReplicaSet"/> in the container.</param>
    /// <param name="headerName">The name of the header: <see cref="CausalReadsOptions.HeaderName"/> of the other
    /// service.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentException">The name cannot be that of a header.</exception>
    /// <remarks>Outside of a causal scope, requests are sent as they are. A request fails with a
    /// <see cref="CausalTokenException"/> where the scope has written and the primary does not say how far it has
    /// come.</remarks>
    public static IHttpClientBuilder AddCausalTokens(this IHttpClientBuilder builder, string setName, string headerName = CausalReadsOptions.DefaultHeaderName)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(setName);
        if (!IsToken(headerName))
        {
            throw new ArgumentException(BadName("The header", headerName), nameof(headerName));
        }

        return builder.AddHttpMessageHandler(services => new CausalTokenHandler(services.GetRequiredKeyedService<ReplicaSet>(setName), headerName));
    }

    private static void ThrowIfInvalid(CausalReadsOptions options, ReplicaSet set)
    {
        var problems = new OptionProblems();
        if (!IsToken(options.HeaderName))
        {
            problems.Add(BadName(nameof(options.HeaderName), options.HeaderName));
        }

        if (options.CookieName is not null && !IsToken(options.CookieName))
        {
            problems.Add(BadName(nameof(options.CookieName), options.CookieName));
        }

        problems.FindDuration(nameof(options.CookieMaxAge), options.CookieMaxAge, Shortest, Longest);
        if (!set.SignsTokens)
        {
            problems.Add($"Replica set '{set.Name}' has no ReplicaSetOptions.TokenSigningKeys. Give it the same keys in every service, because a client could send any position otherwise.");
        }

        problems.ThrowIfAny(nameof(options));
    }

    private static string BadName(string what, string? name) =>
        $"{what} is '{PrintableText.Clean(name ?? "")}'. It must be letters, digits and !#$%&'*+-.^_`|~ only.";

    // RFC 9110, 5.6.2.
    private static bool IsToken(string? name) =>
        !string.IsNullOrEmpty(name) && name.All(static character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal));
}
