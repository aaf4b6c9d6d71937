namespace Cenote.ReadReplicas.Routing;

/// <summary>What an asynchronous flow of control has said of its connections.</summary>
/// <param name="Intent">What they are for; <see langword="null"/> when it has not said.</param>
/// <param name="Causal">Where it keeps its token; <see langword="null"/> outside a causal scope.</param>
internal sealed record RouteFlow(ConnectionIntent? Intent, CausalScope? Causal);
