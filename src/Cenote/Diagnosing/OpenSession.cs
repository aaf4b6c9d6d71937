using Cenote.Providers;

namespace Cenote.Diagnosing;

/// <summary>A session of a pool, as the pool knows it.</summary>
/// <param name="Identity">Its id and port.</param>
/// <param name="Age">The time since it was opened.</param>
/// <param name="Lease">Its lease; <see langword="null"/> when it was not leased.</param>
internal sealed record OpenSession(SessionIdentity Identity, TimeSpan Age, LeaseInfo? Lease);
