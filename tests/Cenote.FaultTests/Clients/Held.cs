namespace Cenote.FaultTests.Clients;

/// <summary>A connection that a client holds.</summary>
/// <param name="Connection">What the client works with.</param>
/// <param name="Physical">What no other client may hold at the same time.</param>
/// <param name="ReturnAsync">Gives it back.</param>
/// <param name="Return">The same for callers that block.</param>
internal sealed record Held(DbConnection Connection, object Physical, Func<ValueTask> ReturnAsync, Action Return);
